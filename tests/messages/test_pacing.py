"""So many a second from one sender, in turns; two senders do not wait for each other."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.campaigns.caller_files import CallersFile, apply_callers
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.contacts.numbers import store_number
from callsvc.core.db import Database
from callsvc.dialing.due import recreate_due
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session
from callsvc.messages.pacing import rate_of
from callsvc.messages.sending import send_messages
from callsvc.messages.service import plan_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import advance, campaign_file, make_contact, make_country, places
from tests.webhooks.test_texting import FLOW

SLOW, FAST = "+33199000199", "+33199000188"


@pytest.fixture
def paced(rt: Runtime) -> Runtime:
    """One sender writes two a second, every other one a hundred."""
    settings = rt.settings.model_copy(update={"callsvc_sms_rates": f"{SLOW}=2,*=100"})
    database: Database = rt.db
    database.settings = settings
    return rt


def _plan(rt: Runtime, many: int, sender: str) -> list[str]:
    with rt.db.begin() as tx:
        for place in range(many):
            number = store_number(
                tx, f"+3363998{place:04}", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
            )
            plan_message(
                tx, number_id=number, body="Rappel", sender=sender, purpose="", cause=f"{sender}{place}",
                campaign_contact_id=None,
            )  # fmt: skip
        rows = tx.all(sa.select(message.c.id).where(message.c.sender == sender).order_by(message.c.id))
    return [row.id for row in rows]


def _run(rt: Runtime, seconds: float) -> None:
    """Ticker and worker for so long, in steps of a quarter of a second."""
    jobs: Any = rt.jobs
    for _ in range(round(seconds * 4)):
        recreate_due(rt)
        for job, ids in jobs.take():
            if job == "send_messages":
                send_messages(rt, list(ids))
        advance(rt, 0.25)


def _claims(rt: Runtime, sender: str) -> list[datetime]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(message.c.claimed_at).where(message.c.sender == sender))
    return sorted(row.claimed_at for row in rows if row.claimed_at)


def test_a_sender_writes_at_its_own_pace_and_the_others_at_theirs(paced: Runtime) -> None:
    _plan(paced, 20, SLOW)
    _plan(paced, 20, FAST)
    _run(paced, 5)
    assert len(_claims(paced, FAST)) == 20
    assert 10 <= len(_claims(paced, SLOW)) <= 12  # two a second, and one second's worth at once
    _run(paced, 6)
    times = _claims(paced, SLOW)
    assert len(times) == 20
    for first, third in zip(times[3:], times[6:], strict=False):
        assert (third - first).total_seconds() >= 1.0


def test_whoever_waits_is_told_why_and_jobs_asked_twice_change_no_turn(paced: Runtime) -> None:
    ids = _plan(paced, 6, SLOW)
    for _ in range(3):
        send_messages(paced, ids)
    with paced.db.read() as tx:
        waiting = tx.all(sa.select(message).where(message.c.placement == "planned"))
    assert {row.reasons for row in waiting} == {"paced"}
    assert len({row.paced_at for row in waiting}) == len(waiting) == 4


def test_rates_are_by_sender_and_else_by_the_star(paced: Runtime) -> None:
    assert [rate_of(paced.db.settings, sender) for sender in (SLOW, FAST, "AMELI")] == [2, 100, 100]


def test_campaigns_of_one_sender_begin_alike_whatever_their_size(paced: Runtime) -> None:
    with paced.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    for place, (name, many) in enumerate((("large", 30), ("small", 6), ("other", 30))):
        file = campaign_file(id=name, flow="survey", channel="sms", sms_sender=SLOW)
        apply_campaign(paced, file, "test")
        with paced.db.begin() as tx:
            numbers = [f"+3363998{place}{one:03}" for one in range(many)]
            add_contacts(tx, name, [make_contact(tx, number) for number in numbers])
        change_state(paced, name, "start", "test")
    begun: Counter[str] = Counter()
    for _ in range(9):
        text_due(paced)
        _run(paced, 1)
        begun = Counter(
            {
                name: sum(place.status == "trying" for place in places(paced, name))
                for name in ("large", "small", "other")
            }
        )
        assert max(begun.values()) - min(begun.values()) <= 1 or begun["small"] == 6
    assert begun["small"] == 6 and abs(begun["large"] - begun["other"]) <= 1
    with paced.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(flow_session)) == begun.total()


ONE_WAY = """\
schema: 1
id: notice
title: {fr: Avis, en: Notice}
languages: [fr]
channels: [sms]
limits: {steps: 6, visits_per_step: 2}
prompts:
  told: {says: neutral, fr: {text: "Merci de rappeler le 01 99 00 01 00."}}
steps:
  start: {say: told, end: reached}
"""


def _one_way(rt: Runtime, name: str, many: int, first: str, **changes: Any) -> None:
    file = campaign_file(id=name, flow="notice", channel="sms", **changes)
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        add_contacts(tx, name, [make_contact(tx, f"+3363998{first}{one:03}") for one in range(many)])
    change_state(rt, name, "start", "test")


def _told(rt: Runtime, name: str) -> int:
    return sum(place.outcome == "reached" for place in places(rt, name))


def test_a_campaign_whose_sms_ask_nothing_keeps_its_own_pace_as_any_other(paced: Runtime) -> None:
    with paced.db.begin() as tx:
        make_country(tx)
        publish(tx, ONE_WAY, "test")
    _one_way(paced, "slow", 60, "0", sms_sender=FAST, pacing={"calls_per_second": 0.5})
    _one_way(paced, "brisk", 60, "1", sms_sender=FAST, pacing={"calls_per_second": 2})
    for second in range(1, 21):
        text_due(paced)
        assert _told(paced, "slow") <= 1 + 0.5 * second and _told(paced, "brisk") <= 2 + 2 * second
        _run(paced, 1)
    assert _told(paced, "slow") >= 9 and _told(paced, "brisk") >= 38


def test_a_pool_writes_as_fast_as_its_senders_together_and_not_faster(paced: Runtime) -> None:
    with paced.db.begin() as tx:
        make_country(tx)
        publish(tx, ONE_WAY, "test")
        pool = {"id": "two", "title": "Deux", "senders": [{"value": SLOW}, {"value": "AMELI"}]}
        apply_callers(tx, CallersFile.model_validate({"pools": [pool]}), "test")
    settings = paced.db.settings.model_copy(update={"callsvc_sms_rates": f"{SLOW}=1,AMELI=1,*=100"})
    paced.db.settings = settings
    _one_way(paced, "pooled", 60, "0", sms_sender="", sms_pool="two", pacing={"calls_per_second": 50})
    for second in range(1, 11):
        text_due(paced)
        _run(paced, 1)
        assert _told(paced, "pooled") <= 4 + 2 * second + 2
    claims = {sender: len(_claims(paced, sender)) for sender in (SLOW, "AMELI")}
    assert min(claims.values()) >= 5 and sum(claims.values()) >= 15

"""Several tickers and workers at once: no conversation is begun twice, no SMS sent twice, none after STOP."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.carrier.memory import MemoryCarrier
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.clock import MachineClock
from callsvc.core.ids import RandomIds
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session
from callsvc.messages.sending import send_messages
from callsvc.messages.tables import live_dialogue, message
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import campaign_file, make_contact, make_country
from tests.webhooks.test_texting import FLOW

NUMBERS = [f"+3363998{number:04d}" for number in range(1, 31)]


@pytest.fixture
def crowd(rt: Runtime) -> Runtime:
    """Thirty people, each due in two campaigns by SMS at once, and senders without a limit."""
    rt.db.ids = RandomIds(MachineClock())  # counted ids are not made for threads
    rt.db.settings = rt.settings.model_copy(update={"callsvc_sms_rates": "*=1000"})
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    for name in ("first", "second"):
        pacing = {"calls_per_second": 100, "most_live": 500}
        apply_campaign(rt, campaign_file(id=name, flow="survey", channel="sms", pacing=pacing), "test")
        with rt.db.begin() as tx:
            add_contacts(tx, name, [make_contact(tx, number) for number in NUMBERS])
        change_state(rt, name, "start", "test")
    return rt


def _together(*works: Callable[[], Any]) -> list[Any]:
    """Run all at once; an error in any is raised here."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


def _begin_all(rt: Runtime) -> list[str]:
    _together(*[lambda: [text_due(rt) for _ in range(4)]] * 4)
    jobs: Any = rt.jobs
    return [one for job, ids in jobs.take() if job == "send_messages" for one in ids]


def test_four_tickers_begin_one_conversation_with_each_number(crowd: Runtime) -> None:
    _begin_all(crowd)
    with crowd.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(live_dialogue)) == len(NUMBERS)
        assert tx.scalar(sa.select(sa.func.count()).select_from(flow_session)) == len(NUMBERS)
        places = tx.all(sa.select(flow_session.c.subject_id))
    assert set(Counter(row.subject_id for row in places).values()) == {1}


def test_eight_workers_with_the_same_jobs_send_each_sms_once(crowd: Runtime) -> None:
    ids = _begin_all(crowd)
    orders = [ids[start:] + ids[:start] for start in range(0, 24, 3)]
    _together(*[lambda mine=mine: send_messages(crowd, mine) for mine in orders])
    carrier = crowd.carrier
    assert isinstance(carrier, MemoryCarrier)
    assert sorted(one.to for one in carrier.messages.values()) == NUMBERS
    with crowd.db.read() as tx:
        rows = tx.all(sa.select(message))
    assert {row.sid for row in rows} == carrier.messages.keys()


def test_a_stop_racing_four_senders_lets_through_only_what_was_claimed_before_it(crowd: Runtime) -> None:
    ids = _begin_all(crowd)
    claimed_before: dict[str, set[str]] = {}

    def stop(numbers: list[str]) -> None:
        for number in numbers:
            with crowd.db.begin() as tx:
                number_id = find_number(tx, number) or ""
                suppress(tx, number_id, "sms", source="test")
                # Under the number's lock, which every claim of it needs: what is claimed now is all there is.
                claimed = (message.c.number_id == number_id) & message.c.claimed_at.is_not(None)
                claimed_before[number] = {row.id for row in tx.all(sa.select(message.c.id).where(claimed))}

    _together(
        *[
            lambda mine=mine: send_messages(crowd, mine)
            for mine in (ids, ids[::-1], ids[15:] + ids[:15], ids)
        ],
        lambda: stop(NUMBERS[:15]),
        lambda: stop(NUMBERS[15:][::-1]),
    )
    with crowd.db.read() as tx:
        sent = tx.all(sa.select(message.c.id, message.c.number_id).where(message.c.sid.is_not(None)))
        owner = {find_number(tx, number): number for number in NUMBERS}
    for row in sent:
        assert row.id in claimed_before[owner[row.number_id]]
    assert len(crowd.carrier.messages) == len(sent)  # type: ignore[attr-defined]

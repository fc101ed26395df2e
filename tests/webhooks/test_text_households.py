"""One SMS to a telephone covers its household, as a call does; who has another telephone has one there."""

from typing import Any

import pytest

from callsvc.app import create_app
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.flows.service import publish
from callsvc.messages.sending import send_messages
from callsvc.runtime import Runtime
from callsvc.webhooks.text_turns import expire_texts
from callsvc.webhooks.texting import text_due
from tests.factories import advance, campaign_file, make_contact, make_country, places
from tests.messages.test_pacing import ONE_WAY
from tests.webhooks.conftest import Phone
from tests.webhooks.test_texting import FLOW, _text

SHARED, OWN, ALONE = "+33639980001", "+33639980002", "+33639980003"
ASK = "Répondez OUI ou NON."


def _household(rt: Runtime, flow: str = "survey", **changes: Any) -> Phone:
    """Three people: two on one telephone, the third on it too but with a mobile of their own as well."""
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
        publish(tx, ONE_WAY, "test")
    apply_campaign(rt, campaign_file(flow=flow, channel="sms", **changes), "test")
    with rt.db.begin() as tx:
        people = [
            make_contact(tx, SHARED),
            make_contact(tx, SHARED),
            make_contact(tx, SHARED, numbers=(OWN,)),
        ]
        add_contacts(tx, "tracing", people)
    change_state(rt, "tracing", "start", "test")
    return Phone(create_app(rt).test_client(), rt)


def _write(rt: Runtime, hours: float = 3) -> dict[str, list[str]]:
    """Every SMS by telephone, after so many hours of looking."""
    jobs, carrier = rt.jobs, rt.carrier
    for _ in range(round(hours * 6)):
        text_due(rt)
        for job, ids in jobs.take():  # type: ignore[attr-defined]
            if job == "send_messages":
                send_messages(rt, list(ids))
        advance(rt, 600)
        expire_texts(rt)
    sent: dict[str, list[str]] = {SHARED: [], OWN: [], ALONE: []}
    for one in carrier.messages.values():  # type: ignore[attr-defined]
        sent[one.to].append(one.body)
    return sent


def _outcomes(rt: Runtime) -> list[Any]:
    return [place.outcome for place in places(rt)]


def test_a_notice_goes_to_a_telephone_once_and_is_the_outcome_of_all_who_share_it(rt: Runtime) -> None:
    _household(rt, flow="notice")
    sent = _write(rt, 1)
    assert (len(sent[SHARED]), len(sent[OWN])) == (1, 0)
    assert _outcomes(rt) == ["reached"] * 3


def test_an_answer_is_the_answer_of_the_household(rt: Runtime) -> None:
    phone = _household(rt)
    _write(rt, 0.2)
    _text(phone, "non", "SM1", SHARED)
    sent = _write(rt)
    assert sent[SHARED].count(ASK) == 1 and sent[OWN] == []
    assert _outcomes(rt) == ["reached"] * 3


def test_silence_is_the_silence_of_the_household(rt: Runtime) -> None:
    _household(rt)
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, ALONE)])
    sent = _write(rt, 8)
    assert sent[OWN] == [] and len(set(_outcomes(rt))) == 1 and None not in _outcomes(rt)
    assert sent[SHARED].count(ASK) == sent[ALONE].count(ASK) >= 1


def test_stop_leaves_whoever_has_a_telephone_of_their_own(rt: Runtime) -> None:
    phone = _household(rt)
    _write(rt, 0.2)
    _text(phone, "STOP", "SM1", SHARED)
    sent = _write(rt)
    assert sent[SHARED].count(ASK) == 1 and sent[OWN].count(ASK) >= 1
    first, second, third = _outcomes(rt)
    assert first == second is not None and third != "suppressed"


@pytest.mark.parametrize("households", ["apart"])
def test_a_campaign_that_says_apart_writes_to_each(rt: Runtime, households: str) -> None:
    _household(rt, flow="notice", households=households)
    assert len(_write(rt, 5)[SHARED]) == 3

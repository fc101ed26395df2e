"""What follows an SMS that never arrived, and the other channel for whom the first one did not reach."""

from typing import Any

import pytest

from callsvc.app import create_app
from callsvc.campaigns.service import add_contacts, change_state, finish_contact
from callsvc.carrier.port import Refused
from callsvc.contacts.preferences import prefer, preferences_of
from callsvc.dialing.planning import plan_calls
from callsvc.flows.service import publish
from callsvc.runtime import Runtime
from callsvc.webhooks.text_turns import expire_texts
from callsvc.webhooks.texting import text_due
from tests.factories import advance, make_contact, make_country, places, publish_library
from tests.webhooks.conftest import Phone
from tests.webhooks.test_text_dialogues import (
    ASK,
    NUMBER,
    OTHER,
    SENDER,
    _campaign,
    _carrier,
    _number_id,
    _sent,
    _tell,
    _text,
)
from tests.webhooks.test_texting import FLOW


@pytest.fixture
def phone(rt: Runtime) -> Phone:
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    return Phone(create_app(rt).test_client(), rt)


# what follows an SMS that failed


def test_a_first_message_that_never_arrives_goes_to_the_next_mobile(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER, numbers_each=(OTHER,))
    text_due(rt)
    _sent(rt)
    _tell(phone, "undelivered", 30005)
    advance(rt, 61)
    text_due(rt)
    assert (_sent(rt), _sent(rt, OTHER)) == ([ASK], [ASK])
    _tell(phone, "undelivered", 30005)
    assert places(rt)[0].outcome == "undelivered"


def test_out_of_reach_is_tried_again_later_and_no_more_often_than_allowed(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    for _ in range(3):
        text_due(rt)
        _sent(rt)
        _tell(phone, "undelivered", 30003)
        advance(rt, 61)
    text_due(rt)
    assert _sent(rt) == [ASK] * 3 and places(rt)[0].outcome == "undelivered"


def test_who_was_blocked_at_the_carrier_is_suppressed_and_never_called_instead(
    rt: Runtime, phone: Phone
) -> None:
    _campaign_by_voice(rt)
    _campaign(rt, NUMBER, voice_fallback={"campaign": "by-voice"})
    _carrier(rt).fail_next(Refused(21610, "unsubscribed"))
    text_due(rt)
    _sent(rt)
    assert places(rt)[0].outcome == "suppressed" and places(rt, "by-voice") == []


# the other channel


def _campaign_by_voice(rt: Runtime, *numbers: str, **changes: Any) -> None:
    publish_library(rt, "contact-tracing")
    values = {"flow": "contact-tracing", "channel": "voice", **changes}
    _campaign(rt, *numbers, id="by-voice", **values)


@pytest.mark.parametrize("how", ["silence", "undelivered"])
def test_whom_no_sms_reached_is_called_once_by_the_other_campaign(
    rt: Runtime, phone: Phone, how: str
) -> None:
    _campaign_by_voice(rt)
    _campaign(
        rt, NUMBER, retries={"most_tries": 1}, voice_fallback={"campaign": "by-voice", "after_hours": 0.5}
    )
    text_due(rt)
    _sent(rt)
    if how == "undelivered":
        _tell(phone, "undelivered", 30003)
    advance(rt, 1805)
    expire_texts(rt)
    assert len(places(rt, "by-voice")) == 1 and plan_calls(rt) == 1
    assert places(rt)[0].outcome == {"silence": "no-input"}.get(how, how)


def test_who_has_a_landline_only_is_called_by_the_other_campaign(rt: Runtime, phone: Phone) -> None:
    _campaign_by_voice(rt)
    _campaign(rt, voice_fallback={"campaign": "by-voice"})
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, "+33199000321", kind="fixed")])
    assert (text_due(rt), places(rt)[0].outcome) == (0, "uncallable")
    assert len(places(rt, "by-voice")) == 1 and plan_calls(rt) == 1


def test_who_answered_in_time_or_said_stop_is_not_called(rt: Runtime, phone: Phone) -> None:
    _campaign_by_voice(rt)
    fallback = {"campaign": "by-voice", "after_hours": 0.5}
    _campaign(rt, NUMBER, OTHER, voice_fallback=fallback)
    text_due(rt)
    _sent(rt)
    _text(phone, "oui")
    _text(phone, "STOP", number=OTHER)
    advance(rt, 1805)
    assert expire_texts(rt) == 0
    assert places(rt, "by-voice") == []


def test_after_two_calls_in_vain_one_sms_follows_while_calls_go_on(rt: Runtime, phone: Phone) -> None:
    text = "Nous avons cherché à vous joindre. Rappelez le 01 99 00 01 00."
    _campaign_by_voice(rt, NUMBER, sms_fallback={"sender": SENDER, "text": {"fr": text}, "after_tries": 2})
    for tries in range(1, 4):
        plan_calls(rt)
        _sent(rt)
        [sid] = [call.sid for call in _carrier(rt).calls.values()][-1:]
        leg_id = _carrier(rt).orders[sid].answer_url.split("/")[-2]
        phone.status(leg_id, 0, "no-answer")
        assert len(_sent(rt)) == (tries >= 2)
        advance(rt, 700)
    assert places(rt, "by-voice")[0].outcome == "not-reached" and len(_sent(rt)) == 1


@pytest.mark.parametrize(("chosen", "called", "written"), [("voice", 1, 0), ("sms", 0, 1), (None, 0, 1)])
def test_who_prefers_calls_is_called_instead_of_written_to(
    rt: Runtime, phone: Phone, chosen: str | None, called: int, written: int
) -> None:
    _campaign_by_voice(rt)
    _campaign(rt, NUMBER, voice_fallback={"campaign": "by-voice"})
    with rt.db.begin() as tx:
        prefer(tx, _number_id(rt), "channel", chosen, source="test")
        assert preferences_of(tx, [_number_id(rt)]) == {} or chosen
    text_due(rt)
    assert (len(places(rt, "by-voice")), len(_sent(rt))) == (called, written)
    assert places(rt)[0].outcome == ("other-channel" if called else None)


def test_the_language_chosen_for_a_number_is_that_of_its_texts(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        prefer(tx, _number_id(rt), "language", "en", source="test")
    text_due(rt)
    _text(phone, "help")
    [question, who] = _sent(rt)
    assert question == "Answer YES or NO." and who.startswith("Assurance Maladie: it is really us")


@pytest.mark.parametrize(("chosen", "calls", "texts"), [("sms", 0, 1), ("voice", 1, 0), (None, 1, 0)])
def test_who_prefers_sms_is_written_to_instead_of_called(
    rt: Runtime, phone: Phone, chosen: str | None, calls: int, texts: int
) -> None:
    _campaign(rt)
    _campaign_by_voice(rt, NUMBER, sms_fallback={"campaign": "tracing"})
    with rt.db.begin() as tx:
        prefer(tx, _number_id(rt), "channel", chosen, source="test")
    assert (plan_calls(rt), text_due(rt)) == (calls, texts)
    assert places(rt, "by-voice")[0].outcome == ("other-channel" if texts else None)


def test_whom_no_call_reached_is_written_to_by_the_campaign_by_sms(rt: Runtime, phone: Phone) -> None:
    _campaign(rt)
    _campaign_by_voice(rt, NUMBER, sms_fallback={"campaign": "tracing"})
    change_state(rt, "by-voice", "close", "test")
    assert places(rt) == []  # nobody was tried: that is no failure of calls
    with rt.db.begin() as tx:
        finish_contact(tx, places(rt, "by-voice")[0].id, "not-reached")
    assert text_due(rt) == 1 and _sent(rt) == [ASK]

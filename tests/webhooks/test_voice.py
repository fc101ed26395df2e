"""Conversations over signed webhooks: the answer, keys, repeats, opt-outs, what comes late or twice."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import sqlalchemy as sa

from callsvc.calls.tables import call, carrier_update, incident, leg, webhook_event
from callsvc.campaigns.service import change_state
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import suppression
from callsvc.dialing.callbacks import call_back_due
from callsvc.dialing.tables import callback
from callsvc.flows.tables import flow_session
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, make_country, places, publish_library, start_campaign
from tests.webhooks.conftest import Phone

NUMBER = "+33639980001"
Spoken = Callable[[ElementTree.Element], str]


def _one(rt: Runtime, table: sa.Table) -> Any:
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(table))
        return row


def test_a_person_who_is_well_is_reached_and_gets_the_advice_by_sms(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    assert "tapez 1" in spoken(phone.voice(leg_id, 0, AnsweredBy="human"))
    assert "naissance" in spoken(phone.voice(leg_id, 1, Digits="1"))
    assert "Covid" in spoken(phone.voice(leg_id, 2, Digits="1980"))
    end = phone.voice(leg_id, 3, Digits="2")
    assert end.find("Hangup") is not None
    assert phone.status(leg_id, 3, "completed", CallDuration="61") == 204
    place = places(rt)[0]
    assert (place.status, place.outcome) == ("done", "reached")
    assert _one(rt, leg).duration_s == 61
    assert _one(rt, message).placement == "planned"


def test_nothing_is_said_of_the_purpose_before_the_birth_year_is_right(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    said = spoken(phone.voice(leg_id, 0, AnsweredBy="human")) + spoken(phone.voice(leg_id, 1, Digits="1"))
    said += spoken(phone.voice(leg_id, 2, Digits="1955"))
    assert "Covid" not in said and "positive" not in said


def test_a_repeated_webhook_gets_the_same_answer_and_moves_nothing(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    first = ElementTree.tostring(phone.voice(leg_id, 1, Digits="1"))
    assert ElementTree.tostring(phone.voice(leg_id, 1, Digits="1")) == first
    assert _one(rt, flow_session).turn == 2


def test_the_same_key_pressed_twice_is_two_turns(rt: Runtime, phone: Phone, spoken: Spoken) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    first, second = phone.voice(leg_id, 1, Digits="5"), phone.voice(leg_id, 2, Digits="5")
    assert [next(one.iter("Gather")).get("action") for one in (first, second)] == [
        f"/webhooks/voice/{leg_id}/2",
        f"/webhooks/voice/{leg_id}/3",
    ]


def test_key_nine_is_an_opt_out_of_this_purpose_for_good(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    phone.voice(leg_id, 1, Digits="9")
    phone.status(leg_id, 3, "completed", CallDuration="20")
    row = _one(rt, suppression)
    assert (row.scope, row.purpose, row.source, row.evidence) == ("purpose", "contact-tracing", "key", leg_id)
    assert places(rt)[0].outcome == "opted-out"


def test_who_opted_out_while_it_rang_hears_nothing_and_is_suppressed(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", "all", source="test")
    document = phone.voice(leg_id, 0)
    assert spoken(document) == "" and document.find("Hangup") is not None
    phone.status(leg_id, 3, "completed", CallDuration="1")
    assert places(rt)[0].outcome == "suppressed"


def test_a_voicemail_says_nothing_of_health_and_is_tried_again(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    said = spoken(phone.voice(leg_id, 0, AnsweredBy="machine_start"))
    assert "Assurance Maladie" in said and "Covid" not in said
    phone.status(leg_id, 3, "completed", CallDuration="12")
    assert (places(rt)[0].status, places(rt)[0].last_disposition) == ("waiting", "voicemail")


def test_a_callback_asked_for_is_an_outcome_and_comes_back_at_its_time(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    for turn, keys in enumerate(("1", "1980", "4", "1"), start=1):
        phone.voice(leg_id, turn, Digits=keys)
    phone.status(leg_id, 3, "completed", CallDuration="50")
    assert places(rt)[0].outcome == "callback-booked"
    assert _one(rt, callback).status == "booked"
    advance(rt, 4501)
    assert call_back_due(rt) == 1
    assert places(rt)[0].status == "waiting" and _one(rt, callback).status == "due"


def test_hanging_up_in_the_middle_ends_the_session_and_tries_again(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    phone.status(leg_id, 3, "completed", CallDuration="4")
    assert _one(rt, flow_session).outcome == "hung-up"
    assert places(rt)[0].last_disposition == "hung-up"


def test_the_first_webhook_binds_a_call_whose_answer_was_lost(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    with rt.db.begin() as tx:
        tx.update(leg, leg.c.id == leg_id, sid=None, placement="in-doubt", settle_at=tx.machine_now)
    phone.voice(leg_id, 0)
    assert (_one(rt, leg).placement, _one(rt, leg).sid) == ("placed", "CAunknown")


def test_a_second_call_for_one_intent_is_hung_up_on(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    answer = phone.post(f"/webhooks/voice/{leg_id}/0", {"CallSid": "CAanother"})
    assert "<Hangup" in answer.text and _one(rt, incident).kind == "second-call-for-leg"


def test_a_turn_that_was_skipped_ends_the_call_and_is_told(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    assert phone.voice(leg_id, 7, Digits="1").find("Hangup") is not None
    assert _one(rt, incident).kind == "turn-out-of-order"


def test_with_no_agent_on_duty_the_flow_hears_closed_and_offers_a_callback(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    phone.voice(leg_id, 1, Digits="1")
    phone.voice(leg_id, 2, Digits="1980")
    assert "rappel" in spoken(phone.voice(leg_id, 3, Digits="3"))


def test_a_caller_is_answered_once_and_their_due_attempt_is_held_meanwhile(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    publish_library(rt, "front-desk")
    given = {"CallSid": "CAin", "From": NUMBER, "To": "+33199000100", "CallStatus": "ringing"}
    first, again = (phone.post("/webhooks/voice/inbound", given) for _ in range(2))
    assert first.status_code == 200 and first.text == again.text and "<Gather" in first.text
    assert (_one(rt, call).direction, places(rt)[0].status) == ("inbound", "held")
    done = {"CallSid": "CAin", "CallStatus": "completed", "SequenceNumber": "1", "CallDuration": "9"}
    assert phone.post("/webhooks/status/inbound", done).status_code == 204
    assert places(rt)[0].status == "waiting"


def test_texting_arret_stops_sms_once_and_is_no_news_the_second_time(rt: Runtime, phone: Phone) -> None:
    given = {"MessageSid": "SMin", "From": NUMBER, "To": "+33199000100", "Body": "Arrêt"}
    assert [phone.post("/webhooks/messages/inbound", given).status_code for _ in range(2)] == [200, 200]
    assert _one(rt, suppression).scope == "sms"
    with rt.db.read() as tx:
        exchanged = [row.direction for row in tx.all(sa.select(message).order_by(message.c.id))]
    assert exchanged == ["inbound", "outbound"]  # and what confirms it, once


def test_no_number_no_name_and_no_key_is_kept_in_the_log_of_webhooks(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0, To=NUMBER)
    phone.voice(leg_id, 1, Digits="1")
    with rt.db.read() as tx:
        rows = tx.all(sa.select(webhook_event))
    for row in rows:
        assert NUMBER not in str(row.facts) and b"Camille" not in bytes(row.answer or b"")


def test_the_carriers_update_of_a_suppressed_call_waits_for_nobody(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    phone.ring()
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", "all", source="test")
    assert _one(rt, carrier_update).action == "end"


def test_a_callback_that_took_place_is_kept_and_stop_cancels_one_to_come(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    phone.voice(leg_id, 0)
    for turn, keys in enumerate(("1", "1980", "4", "1"), start=1):
        phone.voice(leg_id, turn, Digits=keys)
    phone.status(leg_id, 3, "completed", CallDuration="50")
    advance(rt, 4501)
    call_back_due(rt)
    again = phone.ring()
    phone.voice(again, 0)
    for turn, keys in enumerate(("1", "1980", "4", "3"), start=1):
        phone.voice(again, turn, Digits=keys)
    phone.status(again, 3, "completed", CallDuration="50")
    with rt.db.read() as tx:
        kept = [row.status for row in tx.all(sa.select(callback).order_by(callback.c.created_at))]
    assert kept == ["done", "booked"] and places(rt)[0].outcome == "callback-booked"
    change_state(rt, "tracing", "stop", "test")
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(callback.c.status).where(callback.c.status != "done")) == "canceled"
    assert places(rt)[0].outcome == "callback-canceled"


def test_who_answers_just_after_the_campaign_was_stopped_is_not_spoken_to(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    change_state(rt, "tracing", "stop", "test")
    document = phone.voice(leg_id, 0)
    assert spoken(document) == "" and document.find("Hangup") is not None
    phone.status(leg_id, 3, "completed", CallDuration="1")
    assert places(rt)[0].outcome == "not-reached"


def test_who_answers_long_after_the_window_closed_is_not_spoken_to(
    rt: Runtime, phone: Phone, spoken: Spoken
) -> None:
    """The carrier held the call back in its own queue."""
    start_campaign(rt, NUMBER)
    leg_id = phone.ring()
    advance(rt, 11 * 3600)
    assert spoken(phone.voice(leg_id, 0)) == ""


def test_a_caller_who_books_a_callback_is_called_back(rt: Runtime, phone: Phone) -> None:
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt, "front-desk")
    given = {"CallSid": "CAin", "From": NUMBER, "To": "+33199000100", "CallStatus": "ringing"}
    document = ElementTree.fromstring(phone.post("/webhooks/voice/inbound", given).text)
    leg_id = _one(rt, leg).id
    for keys in ("1", "0", "1", "1"):  # French; anything; nobody is there: call me back; in an hour
        path = str(next(document.iter("Gather")).get("action"))
        document = phone.voice(leg_id, int(path.rsplit("/", 1)[1]), Digits=keys)
    done = {"CallSid": "CAin", "CallStatus": "completed", "SequenceNumber": "1", "CallDuration": "9"}
    phone.post("/webhooks/status/inbound", done)
    booked = _one(rt, callback)
    assert booked.status == "booked" and booked.campaign_contact_id is not None
    [place] = places(rt, "callbacks")
    assert place.outcome == "callback-booked"
    advance(rt, 4501)
    assert call_back_due(rt) == 1
    again = phone.ring()
    assert _one_leg(rt, again).number_id == _one_leg(rt, leg_id).number_id


def _one_leg(rt: Runtime, leg_id: str) -> Any:
    with rt.db.read() as tx:
        return tx.first(sa.select(leg).where(leg.c.id == leg_id))

"""Conversations by SMS: begun by a campaign, answered from the person's number, ended by STOP or by time."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.calls.tables import leg
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.contacts.tables import suppression
from callsvc.core.errors import Invalid
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.stopping import emergency_stop
from callsvc.dialing.sweeping import sweep
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session
from callsvc.messages.sending import send_messages
from callsvc.runtime import Runtime
from callsvc.webhooks.text_turns import expire_texts
from callsvc.webhooks.texting import text_due
from ivr_flows.library import flow_text
from tests.factories import advance, campaign_file, make_contact, make_country, places
from tests.webhooks.conftest import Phone

NUMBER, OTHER = "+33639980001", "+33639980002"
DONE = "Assurance Maladie : c'est noté, ce numéro ne recevra plus de SMS de notre part."
FLOW = """\
schema: 1
id: survey
title: {fr: Essai, en: Try}
languages: [fr, en]
channels: [sms]
limits: {steps: 60, visits_per_step: 6}
prompts:
  ask: {says: neutral, fr: {text: "Répondez OUI ou NON."}, en: {text: "Answer YES or NO."}}
  how: {says: neutral, fr: {text: "Combien ?"}, en: {text: "How many?"}}
  bye: {says: neutral, fr: {text: "Merci {contact.first_name}."}, en: {text: "Thank you."}}
steps:
  start:
    menu: {prompt: ask, expires: 3600}
    keys: {"1": how, "2": bye}
    words: {how: [oui], bye: [non]}
  how: {collect: {prompt: how, as: number, into: answers.many}, next: bye}
  bye: {say: bye, end: reached}
"""


@pytest.fixture
def phone(rt: Runtime) -> Phone:
    """A running SMS campaign with two people, in which nothing was written yet."""
    file = campaign_file(flow="survey", channel="sms")
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        add_contacts(tx, file.id, [make_contact(tx, NUMBER), make_contact(tx, OTHER, language="en")])
    change_state(rt, file.id, "start", "test")
    return Phone(create_app(rt).test_client(), rt)


def _sent(rt: Runtime, to: str = NUMBER) -> list[str]:
    """Send what is planned; all that was ever sent to this number, in order."""
    jobs: Any = rt.jobs
    for job, ids in jobs.take():
        if job == "send_messages":
            send_messages(rt, list(ids))
    carrier: Any = rt.carrier
    return [one.body for one in carrier.messages.values() if one.to == to]


def _text(phone: Phone, body: str, sid: str, number: str = NUMBER) -> None:
    given = {"MessageSid": sid, "From": number, "To": "+33199000199", "Body": body}
    assert phone.post("/webhooks/messages/inbound", given).status_code == 200


def _outcomes(rt: Runtime) -> list[Any]:
    return [place.outcome for place in places(rt)]


def test_a_campaign_by_sms_writes_to_everybody_in_their_language_and_calls_nobody(
    rt: Runtime, phone: Phone
) -> None:
    assert text_due(rt) == 2 and text_due(rt) == 0
    assert plan_calls(rt) == 0
    assert (_sent(rt), _sent(rt, OTHER)) == (["Répondez OUI ou NON."], ["Answer YES or NO."])
    with rt.db.read() as tx:
        assert tx.first(sa.select(leg)) is None


def test_an_answer_goes_on_with_the_conversation_of_that_number_to_its_end(rt: Runtime, phone: Phone) -> None:
    text_due(rt)
    _sent(rt)
    _text(phone, "Oui !", "SM1")
    _text(phone, "j'en ai 3", "SM2")
    assert _sent(rt) == ["Répondez OUI ou NON.", "Combien ?", "Merci Camille."]
    assert _sent(rt, OTHER) == ["Answer YES or NO."]
    assert _outcomes(rt) == ["reached", None]


def test_a_repeated_webhook_is_one_answer(rt: Runtime, phone: Phone) -> None:
    text_due(rt)
    for _ in range(2):
        _text(phone, "oui", "SM1")
    assert _sent(rt) == ["Répondez OUI ou NON.", "Combien ?"]


def test_stop_comes_first_whatever_the_question(rt: Runtime, phone: Phone) -> None:
    text_due(rt)
    _sent(rt)
    _text(phone, "Arrêtez", "SM1")
    _text(phone, "oui", "SM2")
    _text(phone, "Arrêtez", "SM3")
    assert _sent(rt) == ["Répondez OUI ou NON.", DONE]
    assert _outcomes(rt) == ["opted-out", None]
    with rt.db.read() as tx:
        assert {row.scope for row in tx.all(sa.select(suppression))} == {"sms"}


def test_a_question_nobody_answers_ends_by_itself_and_later_answers_change_nothing(
    rt: Runtime, phone: Phone
) -> None:
    text_due(rt)
    sweep(rt)
    assert {place.status for place in places(rt)} == {"trying"}
    advance(rt, 3601)
    sweep(rt)
    assert expire_texts(rt) == 2 and expire_texts(rt) == 0
    assert _outcomes(rt) == ["no-input", "no-input"]
    _text(phone, "oui", "SM1")
    with rt.db.read() as tx:
        assert {row.status for row in tx.all(sa.select(flow_session))} == {"ended"}


def test_nobody_writes_for_a_campaign_that_was_stopped(rt: Runtime, phone: Phone) -> None:
    text_due(rt)
    _sent(rt)
    change_state(rt, "tracing", "stop", "test")
    _text(phone, "oui", "SM1")
    assert _sent(rt) == ["Répondez OUI ou NON."]


def test_an_sms_out_of_nowhere_is_kept_and_answers_nothing(rt: Runtime, phone: Phone) -> None:
    _text(phone, "oui", "SM1")
    assert _sent(rt) == []


def test_nobody_is_written_to_at_night(rt: Runtime, phone: Phone) -> None:
    advance(rt, 12 * 3600)
    assert text_due(rt) == 0 and _sent(rt) == []
    advance(rt, 12 * 3600)
    assert text_due(rt) == 2


def test_a_flow_that_has_no_sms_is_not_for_such_a_campaign(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        publish(tx, flow_text("front-desk"), "test")
    with pytest.raises(Invalid) as refused:
        apply_campaign(rt, campaign_file(flow="front-desk", channel="sms"), "test")
    assert refused.value.id == "flow-not-by-sms"


def test_whose_first_message_a_stop_of_everything_took_back_is_written_to_afterwards(
    rt: Runtime, phone: Phone
) -> None:
    assert text_due(rt) == 2
    report = emergency_stop(rt, None, "dora")
    assert (report.sms_canceled, _sent(rt), _outcomes(rt)) == (2, [], [None, None])
    assert [place.tries for place in places(rt)] == [0, 0]
    with rt.db.begin() as tx:
        lift_stop(tx, "dora")
    change_state(rt, "tracing", "resume", "test")
    advance(rt, 60)
    assert text_due(rt) == 2
    assert (_sent(rt), _sent(rt, OTHER)) == (["Répondez OUI ou NON."], ["Answer YES or NO."])


def test_whose_first_message_the_stop_of_their_campaign_took_back_is_not_said_to_be_silent(
    rt: Runtime, phone: Phone
) -> None:
    text_due(rt)
    emergency_stop(rt, "tracing", "dora")
    assert (_sent(rt), _outcomes(rt)) == ([], ["stopped", "stopped"])


def test_a_later_message_that_a_stop_took_back_ends_no_conversation(rt: Runtime, phone: Phone) -> None:
    text_due(rt)
    _sent(rt)
    _text(phone, "oui", "SM1")
    assert emergency_stop(rt, None, "dora").sms_canceled == 1
    assert _outcomes(rt) == [None, None] and [place.status for place in places(rt)] == ["trying"] * 2

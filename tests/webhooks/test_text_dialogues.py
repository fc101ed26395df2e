"""Which conversation a text belongs to, what we answer by ourselves, and what follows an SMS that failed."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.carrier.memory import MemoryCarrier
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress, suppressions_of
from callsvc.contacts.tables import suppression_lift
from callsvc.core.errors import Invalid
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.flows.service import publish
from callsvc.messages.sending import send_messages
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from callsvc.webhooks.text_turns import expire_texts
from callsvc.webhooks.texting import text_due
from tests.factories import advance, campaign_file, make_contact, make_country, places
from tests.webhooks.conftest import Phone
from tests.webhooks.test_texting import FLOW

NUMBER, OTHER, SENDER, SECOND = "+33639980001", "+33639980002", "+33199000199", "+33199000188"
ASK = "Répondez OUI ou NON."
WHO = "Assurance Maladie : c'est bien nous"
OVER = "Assurance Maladie : merci de votre réponse. Cette conversation est terminée"


@pytest.fixture
def phone(rt: Runtime) -> Phone:
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    return Phone(create_app(rt).test_client(), rt)


def _campaign(
    rt: Runtime, *numbers: str, id: str = "tracing", numbers_each: Any = (), **changes: Any
) -> None:
    values = {"flow": "survey", "channel": "sms", "sms_sender": SENDER, **changes}
    file = campaign_file(id=id, **values)
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        add_contacts(tx, id, [make_contact(tx, number, numbers=numbers_each) for number in numbers])
    change_state(rt, id, "start", "test")


def _sent(rt: Runtime, to: str = NUMBER) -> list[str]:
    jobs: Any = rt.jobs
    for job, ids in jobs.take():
        if job == "send_messages":
            send_messages(rt, list(ids))
        elif job == "place_calls":
            place_attempts(rt, list(ids))
    return [one.body for one in _carrier(rt).messages.values() if one.to == to]


def _carrier(rt: Runtime) -> MemoryCarrier:
    carrier = rt.carrier
    assert isinstance(carrier, MemoryCarrier)
    return carrier


def _text(phone: Phone, body: str, *, to: str = SENDER, number: str = NUMBER) -> None:
    with phone.rt.db.read() as tx:
        many = tx.scalar(sa.select(sa.func.count()).select_from(message))
    given = {"MessageSid": f"SMin{many}", "From": number, "To": to, "Body": body}
    assert phone.post("/webhooks/messages/inbound", given).status_code == 200


def _tell(phone: Phone, status: str, error: int | None = None) -> None:
    """The carrier's word on the newest message."""
    with phone.rt.db.read() as tx:
        row = tx.first(sa.select(message).where(message.c.sid.is_not(None)).order_by(message.c.id.desc()))
    assert row is not None
    given = {"MessageSid": row.sid, "MessageStatus": status} | ({"ErrorCode": str(error)} if error else {})
    assert phone.post(f"/webhooks/messages/{row.id}", given).status_code == 204


def _number_id(rt: Runtime, number: str = NUMBER) -> str:
    with rt.db.read() as tx:
        return find_number(tx, number) or ""


# which conversation


def test_two_campaigns_never_talk_to_one_number_at_once(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER, id="first")
    _campaign(rt, NUMBER, id="second", sms_sender=SECOND)
    assert text_due(rt) == 1 and _sent(rt) == [ASK]
    [waiting] = [
        place for name in ("first", "second") for place in places(rt, name) if place.status == "waiting"
    ]
    assert waiting.skip_reasons == "number-busy"
    _text(phone, "non")
    _text(phone, "non", to=SECOND)
    advance(rt, 3601)
    assert text_due(rt) == 1 and _sent(rt).count(ASK) == 2


def test_a_text_to_another_of_our_numbers_answers_nothing(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _sent(rt)
    _text(phone, "non", to=SECOND)
    assert (_sent(rt), places(rt)[0].outcome) == ([ASK], None)
    _text(phone, "non")
    assert places(rt)[0].outcome == "reached"


def test_stop_is_heard_whichever_of_our_numbers_it_came_to(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _text(phone, "STOP", to=SECOND)
    assert places(rt)[0].outcome == "opted-out" and _sent(rt) == []


def test_a_campaign_whose_sender_nobody_can_answer_is_refused(rt: Runtime, phone: Phone) -> None:
    with pytest.raises(Invalid) as refused:
        _campaign(rt, NUMBER, sms_sender="AMELI")
    assert refused.value.id == "sender-one-way"


def test_an_inbound_text_is_of_the_persons_place_so_that_regions_see_their_own(
    rt: Runtime, phone: Phone
) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _text(phone, "oui")
    with rt.db.read() as tx:
        row = tx.first(sa.select(message).where(message.c.direction == "inbound"))
    assert row is not None and (row.campaign_contact_id, row.sender) == (places(rt)[0].id, SENDER)


def test_the_time_for_an_answer_counts_from_when_the_question_was_sent(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    rt.jobs.take()  # type: ignore[attr-defined]
    advance(rt, 3000)
    recreate_due(rt)
    assert _sent(rt) == [ASK]
    advance(rt, 3000)
    assert expire_texts(rt) == 0
    advance(rt, 700)
    assert expire_texts(rt) == 1


# what we answer by ourselves


def test_a_late_answer_is_told_once_where_to_turn(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _sent(rt)
    advance(rt, 3700)
    expire_texts(rt)
    for _ in range(2):
        _text(phone, "oui")
    [question, late] = _sent(rt)
    assert question == ASK and late.startswith(OVER) and "01 99 00 01 00" in late


def test_who_answers_after_a_finished_conversation_is_not_written_to(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _text(phone, "non")
    _text(phone, "merci !")
    assert len(_sent(rt)) == 2


def test_help_says_who_we_are_once_a_day_and_leaves_the_conversation_where_it_is(
    rt: Runtime, phone: Phone
) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    for _ in range(3):
        _text(phone, "AIDE ?")
    assert [text[: len(WHO)] for text in _sent(rt)] == [ASK, WHO]
    _text(phone, "oui")
    assert _sent(rt)[-1] == "Combien ?"
    _text(phone, "help", number=OTHER, to=SECOND)
    assert _sent(rt, OTHER)[0].startswith(WHO)


def test_who_has_just_written_is_answered_whatever_the_hour(rt: Runtime, phone: Phone) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _sent(rt)
    advance(rt, 10.3 * 3600 - 3500)
    with rt.db.begin() as tx:
        tx.execute(sa.text("update flow_session set deadline_at = '2020-11-18 00:00:00+00:00'"))
    advance(rt, 3500)  # 20:18 in Paris: the campaign's hours are over
    _text(phone, "oui")
    assert _sent(rt)[-1] == "Combien ?"


def test_stop_in_the_carriers_own_word_is_confirmed_by_the_carrier_alone(rt: Runtime, phone: Phone) -> None:
    for place, (word, confirmed) in enumerate((("STOP", 0), ("ARRET", 1), ("Désinscrire", 1), ("cancel", 0))):
        number = f"+3363998001{place}"
        _text(phone, word, number=number)
        _text(phone, word, number=number)
        assert len(_sent(rt, number)) == confirmed
        with rt.db.read() as tx:
            assert [one.scope for one in suppressions_of(tx, _number_id(rt, number))] == ["sms"]


def test_who_said_stop_to_everything_is_told_nothing_at_all(rt: Runtime, phone: Phone) -> None:
    _text(phone, "bonjour")
    with rt.db.begin() as tx:
        suppress(tx, _number_id(rt), "all", source="key")
    _text(phone, "ARRET")
    _text(phone, "AIDE")
    assert _sent(rt) == []


def test_start_asks_for_what_stop_did_and_lifts_nothing_by_itself(rt: Runtime, phone: Phone) -> None:
    _text(phone, "STOP")
    for _ in range(2):
        _text(phone, "START")
    with rt.db.read() as tx:
        [wish] = tx.all(sa.select(suppression_lift))
        assert [one.scope for one in suppressions_of(tx, _number_id(rt))] == ["sms"]
    assert wish.status == "asked" and wish.asked_by.startswith("message:")

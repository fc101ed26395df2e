"""CHOIX by SMS: told what may be chosen, noted for the number, confirmed once, in the language chosen."""

import sqlalchemy as sa

from callsvc.contacts.numbers import find_number
from callsvc.contacts.preferences import NONE, parts_of, preferences_of
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import preference
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import advance
from tests.webhooks.conftest import Phone
from tests.webhooks.test_text_dialogues import ASK, NUMBER, OTHER, SENDER, _campaign, _sent, _text, phone

__all__ = ["phone"]

NOTED, WHAT = "Assurance Maladie : c'est noté.", "Assurance Maladie : répondez CHOIX et vos mots"


def _held(rt: Runtime, number: str = NUMBER) -> tuple[list[str], str, str]:
    with rt.db.read() as tx:
        number_id = find_number(tx, number) or ""
        found = preferences_of(tx, [number_id]).get(number_id, NONE)
    return parts_of(found.hours), found.channel, found.language


def test_who_asks_is_told_once_a_day_what_may_be_chosen(rt: Runtime, phone: Phone) -> None:
    for word in ("CHOIX", "choix ?", "Mes préférences"):
        _text(phone, word)
    [told] = _sent(rt)
    assert told.startswith(WHAT) and _held(rt) == ([], "", "")
    advance(rt, 24 * 3600)
    _text(phone, "CHOIX")
    assert len(_sent(rt)) == 2


def test_what_is_chosen_is_noted_with_the_message_as_its_evidence_and_told_once(
    rt: Runtime, phone: Phone
) -> None:
    _text(phone, "CHOIX SOIR SMS")
    assert _held(rt) == (["evening"], "sms", "")
    [told] = _sent(rt)
    assert told.startswith(f"{NOTED} Vous appeler : SOIR. De préférence par : SMS. Langue : sans préférence.")
    with rt.db.read() as tx:
        kept = tx.all(preference.select())
        heard = tx.scalar(sa.select(message.c.id).where(message.c.direction == "inbound"))
    assert {(row.source, row.evidence) for row in kept} == {("sms", heard)}


def test_what_is_not_spoken_of_stays_and_the_answer_is_in_the_language_chosen(
    rt: Runtime, phone: Phone
) -> None:
    _text(phone, "CHOIX MATIN APPEL")
    _text(phone, "CHOIX EN")
    assert _held(rt) == (["morning"], "voice", "en")
    assert _sent(rt)[-1].startswith("Assurance Maladie: noted. To call you: MORNING. Rather by: CALL.")
    _text(phone, "CHOICES ANYTIME, CALL or SMS")
    assert _held(rt) == ([], "", "en")


def test_the_same_choice_again_is_answered_once_a_day_and_a_delivery_twice_never(
    rt: Runtime, phone: Phone
) -> None:
    for _ in range(4):
        _text(phone, "CHOIX SOIR")
    assert len(_sent(rt)) == 2  # noted, and that it holds
    given = {"MessageSid": "SMagain", "From": NUMBER, "To": SENDER, "Body": "CHOIX MATIN"}
    for _ in range(2):
        phone.post("/webhooks/messages/inbound", given)
    assert len(_sent(rt)) == 3


def test_a_flow_in_progress_is_left_where_it_is_and_hears_what_only_looks_like_a_choice(
    rt: Runtime, phone: Phone
) -> None:
    _campaign(rt, NUMBER)
    text_due(rt)
    _text(phone, "CHOIX SOIR")
    assert [text[: len(NOTED)] for text in _sent(rt)] == [ASK, NOTED]
    _text(phone, "Choix difficile")
    assert _held(rt) == (["evening"], "", "") and NOTED not in _sent(rt)[-1]
    _text(phone, "oui")
    assert _sent(rt)[-1] == "Combien ?"


def test_silence_holds_whatever_is_chosen(rt: Runtime, phone: Phone) -> None:
    for number, word in ((NUMBER, "STOP"), (OTHER, "CHOIX STOP")):
        _text(phone, word, number=number)
        before = len(_sent(rt, number))
        _text(phone, "CHOIX SOIR", number=number)
        assert _held(rt, number)[0] == ["evening"] and len(_sent(rt, number)) == before


def test_who_said_stop_to_everything_is_told_nothing_of_choices(rt: Runtime, phone: Phone) -> None:
    _text(phone, "bonjour")
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", "all", source="key")
    _text(phone, "CHOIX")
    assert _sent(rt) == []

"""What a text that begins with CHOIX chooses, and which texts choose nothing."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.contacts.choosing import Choices
from callsvc.messages import choosing, wishes
from callsvc.messages.keywords import CHOICE, CHOICES
from callsvc.messages.rules import keyword_of
from callsvc.messages.wishes import Wish, wish_in
from ivr_flows.segments import measure

OPENINGS = sorted({word for listed in CHOICE.values() for word in listed})
EVENING_BY_SMS = Wish(hours=("evening",), channel="sms")


def test_the_examples_of_the_grammar_hold() -> None:
    assert doctest.testmod(wishes).failed == 0


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("CHOIX", Wish()),
        ("Mes préférences ?", Wish()),
        ("choix soir sms", EVENING_BY_SMS),
        ("CHOIX : plutôt le soir, par SMS. Merci", EVENING_BY_SMS),
        ("CHOICES EVENING SMS", EVENING_BY_SMS),
        ("Preferencias: noche, SMS por favor", EVENING_BY_SMS),
        ("خيارات مساء SMS", EVENING_BY_SMS),
        ("CHOIX APRES-MIDI MATIN", Wish(hours=("morning", "afternoon"))),
        ("choix l'après-midi", Wish(hours=("afternoon",))),
        ("CHOIX TOUTE HEURE", Wish(hours=())),
        ("CHOIX APPEL ou SMS", Wish(channel="")),
        ("CHOIX EN", Wish(language="en")),
        ("CHOIX en français", Wish(language="fr")),
        ("Choices: this number, French", Wish(language="fr", this_number_first=True)),
    ],
)
def test_words_of_the_grammar_choose_whatever_their_case_marks_and_language(text: str, wish: Wish) -> None:
    assert wish_in(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "Choix difficile",
        "choice 2",
        "CHOIX pas le soir",
        "je n'ai pas le choix",
        "soir sms",
        "le soir par SMS",
        "",
        "CHOIX " + "soir " * 20,
    ],
)
def test_any_other_word_makes_it_an_answer_like_any_other(text: str) -> None:
    assert wish_in(text) is None


@pytest.mark.parametrize("text", ["CHOIX STOP", "Choix : arrêt", "CHOICES unsubscribe"])
def test_who_says_stop_after_that_word_stops(text: str) -> None:
    assert keyword_of(text) == "stop"


@given(st.sampled_from(OPENINGS), st.text(max_size=60))
def test_any_text_after_it_is_read_without_failing(opening: str, text: str) -> None:
    assert isinstance(wish_in(f"{opening} {text}"), Wish | None)


@pytest.mark.parametrize("language", sorted(choosing._ASK))
def test_every_word_we_ask_for_is_understood_and_each_answer_is_short(language: str) -> None:
    opening = CHOICE[language][0]
    words = choosing._WORDS[language]
    for part in CHOICES["hours"]:
        word = words["hours" if part == "any" else part]
        assert word in choosing._ASK[language]
        assert wish_in(f"{opening} {word}") == Wish(hours=() if part == "any" else (part,))
    for channel in CHOICES["channel"]:
        assert wish_in(f"{opening} {words[channel]}") == Wish(channel=channel)
    all_day = Choices(hours=("morning", "afternoon", "evening"), first_number="num")
    said = {
        "hours": ", ".join(words[part] for part in all_day.hours), "channel": words[""],
        "language": words[""], "first": words["first"],
    }  # fmt: skip
    for text in (choosing._ASK[language], choosing._NOTED[language]):
        size = measure(text.format(who="Assurance Maladie", **said))
        assert size.segments <= 3 if language == "ar" else (size.segments, size.encoding) <= (2, "GSM-7")

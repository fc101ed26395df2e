"""Stop, start and help in every language of the library; what merely holds such a word says none of it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.messages.keywords import AROUND, HELP, START, STOP
from callsvc.messages.rules import carrier_knows, is_opt_out, keyword_of
from ivr_flows import load
from ivr_flows.library import flow_text
from tests.ivr_flows.lint.test_written import LIBRARY

WORDS = sorted({word for listed in STOP.values() for word in listed})
LETTERS = string.ascii_letters + "éèàùçêïأتوقف ,.!?'-0123456789"
COURTESY = st.lists(st.sampled_from(AROUND), max_size=3)
MARKS = st.text(st.sampled_from(" .,!?;:…-*\u00a0\u200f\"'()\n\t"), max_size=4)


def test_each_language_of_the_library_has_words_to_stop_and_to_ask_for_help() -> None:
    languages = {language for name in LIBRARY for language in load(flow_text(name)).languages}
    assert languages <= STOP.keys() & HELP.keys() & START.keys()


@given(st.sampled_from(WORDS), COURTESY, COURTESY, MARKS, MARKS, st.integers(0, 2))
def test_a_word_of_the_list_stops_whatever_its_case_marks_and_courtesy(
    word: str, before: list[str], after: list[str], left: str, right: str, case: int
) -> None:
    said = (str.lower, str.upper, str.title)[case](word)
    assert is_opt_out(left + " ".join([*before, said, *after]) + right)


@given(st.text(LETTERS, max_size=60))
def test_without_any_of_the_words_nothing_is_stopped(text: str) -> None:
    known = {part for word in WORDS for part in word.split()}
    if not known & set(text.casefold().replace("'", " ").replace("-", " ").split()) and is_opt_out(text):
        assert len(text.split()) > 0  # letter by letter, or accents: then it reads as one of the words
        folded = "".join(c for c in text.casefold() if c.isalnum())
        assert any(word.replace(" ", "")[:3] in folded or len(folded) < 12 for word in WORDS)


@given(st.text(max_size=200))
def test_any_text_at_all_is_read_without_failing(text: str) -> None:
    assert keyword_of(text) in ("stop", "start", "help", None)


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop !",
        "Stop SMS svp",
        "STOP 36105",
        "S.T.O.P",
        "s t o p",
        "ｓｔｏｐ",
        "ARRÊT",
        "Arrêtez les messages",
        "désinscrire",
        "UNSUBSCRIBE",
        "cancel",
        "End",
        "QUIT",
        "BAJA",
        "Parar por favor",
        "توقف",
        "تَوَقَّف",
        "إيقاف الرسائل",
        "STOP ARRET",
        "stop\nstop",
        "Bonjour, STOP merci",
        "Stopp",
        "opt-out",
    ],
)
def test_who_says_stop_is_heard(text: str) -> None:
    assert keyword_of(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "Arrêt de travail jusqu'à lundi",
        "Arrêt maladie",
        "ne pas arreter mon traitement",
        "cancel my appointment",
        "quit smoking",
        "non",
        "oui",
        "merci",
        "S'il vous plaît",
        "1",
        "",
        "!!!",
        "bus stop near the school gate",
        "in the end it was fine",
        "je voudrais savoir si je dois stopper le traitement",
    ],
)
def test_an_answer_that_holds_such_a_word_is_an_answer(text: str) -> None:
    assert keyword_of(text) is None


def test_start_and_help_are_heard_apart() -> None:
    assert {keyword_of(word) for word in ("START", "unstop", "Reprendre !", "alta", "استئناف")} == {"start"}
    assert {
        keyword_of(word) for word in ("AIDE", "help?", "Ayuda", "ajuda", "مساعدة", "Qui êtes-vous ?")
    } == {"help"}


def test_the_carrier_knows_its_own_words_and_no_others() -> None:
    assert carrier_knows(" stop ") and carrier_knows("CANCEL")
    assert not any(carrier_knows(text) for text in ("Arrêt", "STOP SVP", "BAJA", "S.T.O.P"))

"""What is said is what would be pressed, for every kind of question."""

from datetime import UTC, datetime

import pytest

from ivr_flows import AskKeys, Keys, Words, begin, load, resume
from ivr_flows.steps.spoken import NUMERALS, digits_said, key_said
from ivr_flows.text import fold

NOW = datetime(2020, 11, 16, 9, tzinfo=UTC)
FLOW = """\
schema: 1
id: spoken
title: {{fr: Essai}}
direction: inbound
languages: [fr, en]
channels: [voice]
variables: {{answers.it: {{sample: x}}}}
prompts: {{q: {{says: neutral, fr: {{text: "Tapez 1 ou 2."}}, en: {{text: "Press 1 or 2."}}}}}}
steps:
  start: {step}
  one: {{end: one}}
  two: {{end: two}}
"""
COLLECT = "{collect: {prompt: q, as: %s, into: answers.it}, end: one}"
MENU = '{menu: {prompt: q}, keys: {"1": one, "2": two}, words: {two: [un conseiller]}}'
CALLBACK = '{callback: {prompt: q, offers: {"1": {in: 60}, "2": {in: 90}}}, end: one}'


def asked(step, language="fr"):
    definition = load(FLOW.format(step=step))
    turn = begin(definition, {}, channel="voice", language=language, now=NOW)
    return definition, turn


def answered(step, given, language="fr"):
    definition, turn = asked(step, language)
    return resume(definition, turn.state, given, now=NOW)


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("digits", "un deux trois", "123"),
        ("digits", "1 2 3", "123"),
        ("number", "douze, 12", 12),
        ("year", "un neuf huit zéro", 1980),
        ("year", "1980.", 1980),
        ("date", "24 09 1980", "1980-09-24"),
        ("yes-no", "Oui, bien sûr", True),
        ("yes-no", "non merci", False),
        ("yes-no", "un", True),
        ("phone", "zéro six 39 98 00 01", "0639980001"),
        ("postcode", "six sept zéro zéro zéro", "67000"),
        ("speech", "Je tousse depuis lundi", "Je tousse depuis lundi"),
    ],
)
def test_every_kind_of_answer_may_be_said(kind, said, value):
    turn = answered(COLLECT % kind, Words(said))
    assert (turn.outcome, turn.state["values"].get("answers.it")) == ("one", value)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("un", "one"), ("Deux.", "two"), ("2", "two"), ("un conseiller", "two"), ("neuf", None), ("", None)],
)
def test_a_menu_takes_its_keys_as_words(said, outcome):
    assert answered(MENU, Words(said)).outcome == outcome


def test_a_time_is_chosen_by_saying_its_key():
    [booked] = answered(CALLBACK, Words("deux")).effects
    assert booked.in_minutes == 90


def test_free_words_are_not_typed():
    turn = answered(COLLECT % "speech", Keys("12"))
    assert turn.outcome is None and turn.path[-1].exit == "on_invalid"


@pytest.mark.parametrize(
    ("step", "language", "words"),
    [
        (MENU, "fr", ("un conseiller", "un", "deux")),
        (MENU, "en", ("un conseiller", "one", "two")),
        (CALLBACK, "en", ("one", "two")),
        (COLLECT % "yes-no", "fr", ("oui", "non", "un", "deux")),
        (COLLECT % "speech", "fr", ()),
    ],
)
def test_what_is_likely_to_be_said_is_told_to_the_carrier(step, language, words):
    wait = asked(step, language)[1].wait
    assert isinstance(wait, AskKeys) and wait.words == words


def test_no_digit_has_the_word_of_another():
    for words in NUMERALS.values():
        for digit, said in enumerate(words):
            for word in said:
                assert key_said(word) == digits_said(fold(word)) == str(digit)

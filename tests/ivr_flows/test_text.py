"""What is spoken, sent and compared."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_flows.prompts import Template
from ivr_flows.segments import foreign, measure
from ivr_flows.text import as_words, ascii_digits, clean, fold, plain


def test_control_characters_and_lone_surrogates_never_pass():
    assert clean("Zo\u00e9\x00\x1b[0m\ud800\u202e \n\t Martin\u00a0!") == "Zoé[0m Martin !"


@given(st.text())
def test_clean_text_can_always_be_sent(text):
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert cleaned == clean(cleaned)
    assert not any(ord(character) < 32 for character in cleaned)


def test_answers_are_compared_without_case_accents_or_punctuation():
    assert fold("  ARRÊT !! ") == fold("arret")
    assert fold("Oui, c'est moi.") == "oui c est moi"


def test_digits_of_other_scripts_are_digits():
    assert ascii_digits("١٩٨٠") == "1980"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("Ana", "Ana"),
        (1980, "1980"),
        ({"fr": "lundi", "en": "Monday"}, "Monday"),
        ({"fr": "lundi"}, "lundi"),
        ({}, ""),
        ({"fr": {"x": 1}}, ""),
        (["a", "b"], "a, b"),
    ],
)
def test_a_fact_is_spoken_as_words(value, words):
    assert as_words(value, "en") == words


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (date(2020, 11, 16), "2020-11-16"),
        (datetime(2020, 11, 16, 9, tzinfo=UTC), "2020-11-16T09:00:00+00:00"),
        (float("nan"), None),
        (1.5, 1.5),
        (("a", 1), ["a", 1]),
        ({"fr": "a\x00"}, {"fr": "a"}),
        ("a" * 900, "a" * 500),
        (b"x", "b'x'"),
    ],
)
def test_a_fact_is_kept_as_plain_json(value, json):
    assert plain(value) == json


def test_a_template_puts_facts_in_their_places():
    template = Template.of("Bonjour  {contact.first_name} { x }, {{tapez}} 1.\n")
    assert template.names == {"contact.first_name", "x"}
    assert template.render({"contact.first_name": "{x}"}.get, "fr") == "Bonjour {x} , {tapez} 1."


def test_a_brace_that_holds_no_name_is_text():
    assert Template.of("a {0} {x!r} {a.__class__}").render(lambda name: None, "fr") == "a {0} {x!r}"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("é è à ù Ç", "GSM-7", 9, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 100, "GSM-7", 254, 2),
        ("a" * 152 + "€" * 2 + "a" * 150, "GSM-7", 306, 3),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("ê" * 134, "UCS-2", 134, 2),
        ("ê" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 66, "UCS-2", 132, 2),
        ("😀" * 67, "UCS-2", 134, 3),
        ("", "GSM-7", 0, 1),
    ],
)
def test_segments_are_counted_as_the_networks_count_them(text, encoding, units, segments):
    size = measure(text)
    assert (size.encoding, size.units, size.segments) == (encoding, units, segments)


def test_the_letters_that_cost_are_named():
    assert foreign("Reçu, forêt, reçu") == "çê"

"""``collect``: digits that mean something, and identity."""

from datetime import UTC, datetime

import pytest

from ivr_flows import AskKeys, SetValue
from ivr_flows.steps.answers import read_keys, read_words

NOW = datetime(2020, 11, 16, 11, tzinfo=UTC)

YEAR = """\
  start:
    collect: {prompt: ask, as: year, match: contact.birth_year, max_attempts: 2, invalid_prompt: sorry}
    on_timeout: repeat
    on_invalid: repeat
    on_mismatch: other
    on_exhausted: lost
    next: known
  known: {end: known}
  other: {end: other}
  lost: {end: lost}
"""


def into(kind: str, more: str = "") -> str:
    return f"  start: {{collect: {{prompt: ask, as: {kind}, into: answers.it{more}}}, end: done}}\n"


def test_a_year_waits_for_four_digits(call):
    wait = call(YEAR).turn.wait
    assert isinstance(wait, AskKeys)
    assert (wait.num_digits, wait.timeout_s) == (4, 8)


def test_the_right_answer_confirms_identity(call):
    talk = call(YEAR).press("1980")
    assert talk.outcome == "known"
    assert talk.effects == [SetValue("identity.confirmed", True)]


def test_a_wrong_answer_may_be_a_slip_and_is_asked_again(call):
    talk = call(YEAR).press("1989")
    assert talk.ids == ["sorry", "ask"]
    assert talk.press("1980").outcome == "known"


def test_wrong_answers_to_the_end_are_a_mismatch(call):
    talk = call(YEAR).press("1989", "1988")
    assert (talk.outcome, talk.effects) == ("other", [])


def test_no_usable_answer_to_the_end_is_exhaustion(call):
    assert call(YEAR).silence(2).outcome == "lost"
    assert call(YEAR).press("1989").silence().outcome == "lost"
    assert call(YEAR).press("19", "3000").outcome == "lost"


@pytest.mark.parametrize("missing", [None, ""])
def test_without_the_fact_nothing_can_be_confirmed_and_nothing_is_asked(call, missing):
    facts = {"contact": {"birth_year": missing}}
    assert call(YEAR, facts=facts).outcome == "lost"
    assert call(YEAR.replace("on_mismatch: other", "on_missing: other"), facts=facts).outcome == "other"
    assert call(YEAR, facts={}).outcome == "lost"


def test_a_fact_written_as_text_is_the_same_fact(call):
    assert call(YEAR, facts={"contact": {"birth_year": " 1980 "}}).press("1980").outcome == "known"


def test_without_any_exit_of_failure_the_session_still_ends(call):
    assert call(into("year")).silence(3).outcome == "no-input"


def test_an_answer_is_remembered_under_its_name(call):
    talk = call(into("digits", ", between: [3, 3]"))
    assert talk.turn.wait.num_digits == 3
    assert talk.press("042").effects == [SetValue("answers.it", "042")]


def test_nobody_waits_for_a_digit_more_than_the_most(call):
    assert call(into("digits", ", between: [1, 4]")).turn.wait.num_digits == 4


@pytest.mark.parametrize(
    ("kind", "keys", "between", "value"),
    [
        ("digits", "0042", None, "0042"),
        ("digits", "0042", (1, 3), None),
        ("number", "0042", None, 42),
        ("number", "42", (50, 60), None),
        ("number", "9" * 16, None, None),
        ("year", "1980", None, 1980),
        ("year", "2021", None, None),
        ("year", "1899", None, None),
        ("year", "198", None, None),
        ("year", "2021", (1900, 2026), 2021),
        ("date", "24091980", None, "1980-09-24"),
        ("date", "31021980", None, None),
        ("date", "00000000", None, None),
        ("date", "2409198", None, None),
        ("date", "24091980", (1990, 2000), None),
        ("yes-no", "1", None, True),
        ("yes-no", "2", None, False),
        ("yes-no", "3", None, None),
        ("phone", "0199001234", None, "0199001234"),
        ("phone", "0199", None, None),
        ("postcode", "97400", None, "97400"),
        ("postcode", "9740", None, None),
        ("year", "19*0", None, None),
        ("number", "", None, None),
    ],
)
def test_keys_are_read_for_what_they_mean(kind, keys, between, value):
    assert read_keys(kind, keys, between, NOW) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("year", "Je suis né en 1980.", 1980),
        ("year", "١٩٨٠", 1980),
        ("date", "24/09/1980", "1980-09-24"),
        ("phone", "01 99 00 12 34", "0199001234"),
        ("yes-no", "Oui bien sûr", True),
        ("yes-no", "NON", False),
        ("yes-no", "oui ou non", None),
        ("yes-no", "1", True),
        ("yes-no", " un. ", True),
        ("yes-no", "un instant s'il vous plaît", None),  # nobody has said yes yet
        ("yes-no", "c'est une erreur", None),
        ("yes-no", "one moment please", None),
        ("yes-no", "oui mais ce n'est pas moi", None),
        ("number", "aucun", None),
    ],
)
def test_messages_are_read_for_the_digits_in_them(kind, text, value):
    assert read_words(kind, text, None, NOW) == value


def test_by_sms_the_year_may_come_in_a_sentence(call):
    assert call(YEAR, channel="sms").text("en 1980 !").outcome == "known"

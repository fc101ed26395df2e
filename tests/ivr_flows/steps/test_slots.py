"""``offers: slots`` and ``offers: times``: moments the service gives, spoken and chosen by key."""

import pytest

from ivr_flows import Appointment, BookCallback, FlowInvalid, lint, load
from tests.ivr_flows.conftest import ANA, HEAD

EACH = """\
  each:
    says: neutral
    fr: {text: "{slot.label}, tapez {slot.key}."}
    en: {text: "{slot.label}, press {slot.key}."}
"""
TEXT = HEAD.replace("steps:\n", EACH + "steps:\n")
STEPS = """\
  start:
    appointment: {do: move, offers: slots, prompt: ask, slot_prompt: each, most: 2, invalid_prompt: sorry}
    keys: {"0": none}
    on_taken: taken
    on_none: none
    on_exhausted: none
    next: moved
  moved: {end: moved}
  taken: {end: taken}
  none: {end: none}
"""
SLOTS = [
    {"id": "a", "label": {"fr": "lundi", "en": "Monday"}, "expires": "2020-11-16T12:00:00+01:00"},
    {"id": "b", "label": {"fr": "mardi", "en": "Tuesday"}, "expires": "2020-11-17T12:00:00+01:00"},
    {"id": "c", "label": {"fr": "jeudi", "en": "Thursday"}},
]


def facts(slots):
    return {**ANA, "appointment": {"slots": slots}, "callback": {"times": slots}}


@pytest.fixture
def choose(call):
    def start(slots, steps=STEPS, **options):
        return call(TEXT + steps, whole=True, facts=facts(slots), **options)

    return start


def test_each_moment_is_spoken_with_its_key_in_the_persons_language(choose):
    assert choose(SLOTS).words == "Tapez 1 ou 2. lundi, tapez 1. mardi, tapez 2."
    assert choose(SLOTS, language="en").words == "Press 1 or 2. Monday, press 1. Tuesday, press 2."
    assert choose(SLOTS, channel="sms").words == "Tapez 1 ou 2. lundi, tapez 1. mardi, tapez 2."


def test_the_moment_chosen_is_the_moment_spoken(choose):
    talk = choose(SLOTS).press("2")
    assert (talk.effects, talk.outcome) == ([Appointment("move", "b")], "moved")
    talk = choose(SLOTS, channel="sms").text(" 2. ")
    assert talk.effects == [Appointment("move", "b")]


def test_a_moment_that_has_passed_is_not_booked(choose):
    talk = choose(SLOTS).press("1")
    assert (talk.effects, talk.outcome) == ([], "taken")
    again = choose(SLOTS, STEPS.replace("    on_taken: taken\n", "").replace("  taken: {end: taken}\n", ""))
    assert again.press("1").ids == ["sorry", "ask", "each", "each"]


@pytest.mark.parametrize("slots", [None, [], "soon", [None, 3, {"label": "x"}]])
def test_without_moments_nothing_is_asked(choose, slots):
    assert choose(slots).outcome == "none"


def test_another_key_leads_elsewhere_and_a_wrong_one_asks_again(choose):
    assert choose(SLOTS).press("0").outcome == "none"
    assert choose(SLOTS).press("3").ids == ["sorry", "ask", "each", "each"]
    assert choose(SLOTS).silence(3).outcome == "none"


def test_a_callback_is_booked_at_the_time_that_was_spoken(choose):
    steps = STEPS.replace("appointment: {do: move, offers: slots", "callback: {offers: times")
    assert choose(SLOTS, steps).press("2").effects == [BookCallback(time="b")]


@pytest.mark.parametrize(
    "change",
    [
        (", slot_prompt: each", ""),
        ('"0": none', '"1": none'),
        ("do: move", "do: cancel"),
        ("offers: slots", "offers: times"),
        ("offers: slots, prompt: ask, slot_prompt: each, most: 2, invalid_prompt: sorry", "slot: morning"),
        ("    keys:", "    menu: {prompt: ask}\n    keys:"),
    ],
)
def test_what_makes_no_sense_is_refused(change):
    with pytest.raises(FlowInvalid):
        load(TEXT + STEPS.replace(*change))


def test_lint_knows_the_names_that_a_moment_is_spoken_by():
    assert "undefined-variable" not in [finding.id for finding in lint(load(TEXT + STEPS))]

"""``set``, ``sms``, ``suppress``, ``appointment``, ``branch``, ``next`` and ``end``."""

import pytest

from ivr_flows import Appointment, SendSms, SetDisposition, SetValue, Suppress


def test_values_are_set_in_alphabetical_order_and_told_to_the_service(call):
    talk = call('  start: {set: {b: 2, a: "x", disposition: reached_well, c: null}, end: done}')
    assert talk.effects == [
        SetValue("a", "x"),
        SetValue("b", 2),
        SetValue("c", None),
        SetDisposition("reached-well"),
    ]


def test_a_value_may_be_an_expression(call):
    steps = "  start: {set: {old: {expr: 'contact.birth_year < 1990'}, list: {expr: '[1]'}}, end: done}"
    assert call(steps).effects == [SetValue("list", None), SetValue("old", True)]


def test_setting_the_language_changes_the_words_that_follow(call):
    talk = call("  start: {set: {language: en}, say: bye, end: done}")
    assert talk.words == "Goodbye Ana."
    assert talk.effects == [SetValue("language", "en")]


def test_a_language_the_flow_does_not_speak_changes_nothing(call):
    talk = call("  start: {set: {language: de}, say: bye, end: done}")
    assert (talk.words, talk.effects) == ("Au revoir Ana.", [])


def test_an_answer_hides_the_fact_of_the_same_name(call):
    assert call("  start: {set: {contact.first_name: Bea}, say: bye, end: done}").words == "Au revoir Bea."


def test_an_sms_goes_out_in_the_persons_language_by_its_own_wording(call, flow_text):
    text = flow_text("  start: {sms: {prompt: bye}, end: done}").replace(
        'en: {text: "Goodbye {contact.first_name}."}',
        'en: {text: "Goodbye.", sms: "Bye {contact.first_name}"}',
    )
    assert call(text, whole=True, language="en").effects == [SendSms("bye", "en", "Bye Ana")]
    assert call(text, whole=True).effects == [SendSms("bye", "fr", "Au revoir Ana.")]


def test_an_sms_nobody_wrote_is_not_sent(call):
    assert call("  start: {sms: {prompt: nothing}, end: done}").effects == []


@pytest.mark.parametrize("scope", ["purpose", "sms", "all"])
def test_a_stop_is_an_effect(call, scope):
    assert call(f"  start: {{suppress: {{scope: {scope}}}, end: done}}").effects == [Suppress(scope)]


@pytest.mark.parametrize("do", ["book", "confirm", "move", "cancel", "resolved"])
def test_an_appointment_is_an_effect(call, do):
    assert call(f"  start: {{appointment: {{do: {do}}}, end: done}}").effects == [Appointment(do, None)]


def test_the_slot_is_written_or_read_from_an_answer(call):
    steps = "  start: {set: {w: morning}, appointment: {do: move, slot_from: %s, slot: any}, end: done}"
    assert call(steps % "w").effects[-1] == Appointment("move", "morning")
    assert call(steps % "nothing").effects[-1] == Appointment("move", "any")


BRANCH = """\
  start:
    branch:
      - {when: "contact.birth_year < 1950", next: old}
      - {when: "platform.open_now", next: open}
    otherwise: shut
  old: {end: old}
  open: {end: open}
  shut: {end: shut}
"""


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"contact": {"birth_year": 1940}, "platform": {"open_now": True}}, "old"),
        ({"contact": {"birth_year": 1960}, "platform": {"open_now": True}}, "open"),
        ({"platform": {"open_now": False}}, "shut"),
        ({}, "shut"),
    ],
)
def test_the_first_condition_that_holds_wins(call, facts, outcome):
    assert call(BRANCH, facts=facts).outcome == outcome


def test_a_session_knows_its_own_language_and_channel(call):
    steps = """\
  start: {branch: [{when: "session.language == 'en' and session.channel == 'sms'", next: a}], otherwise: b}
  a: {end: a}
  b: {end: b}
"""
    assert call(steps, language="en", channel="sms").outcome == "a"
    assert call(steps, language="fr", channel="sms").outcome == "b"


def test_what_the_engine_keeps_for_itself_cannot_be_read(call):
    steps = "  start: {branch: [{when: 'session.facts != null', next: start}], otherwise: b}\n  b: {end: b}\n"
    assert call(steps).outcome == "b"


def test_an_end_names_the_outcome_in_kebab_case(call):
    assert call("  start: {end: opted_out}").outcome == "opted-out"


def test_an_end_may_leave_the_last_word_to_the_disposition(call):
    assert call("  start: {set: {disposition: reached}, end: {default: done}}").outcome == "reached"
    assert call("  start: {end: {default: done}}").outcome == "done"
    assert call("  start: {set: {disposition: reached}, end: done}").outcome == "done"


def test_a_step_does_its_actions_in_one_fixed_order_whatever_the_file_says(call):
    talk = call(
        "  start: {end: done, say: bye, sms: {prompt: ask}, appointment: {do: confirm}, "
        "suppress: {scope: sms}, set: {x: 1}}"
    )
    assert [type(effect).__name__ for effect in talk.effects] == [
        "SetValue",
        "Suppress",
        "Appointment",
        "SendSms",
    ]
    assert talk.ids == ["bye"]

"""A key that switches the language repeats the question in the new one; words may be said or pressed."""

import pytest

from ivr_flows import AskKeys, FlowInvalid, Hop, SetValue

STEPS = """\
  start:
    menu: {prompt: ask, max_attempts: 2}
    keys: {"1": done, "8": {language: en}, "9": {language: fr}}
    words: {done: [oui, d'accord], other: [non]}
  done: {say: bye, end: done}
  other: {end: other}
"""


def test_the_question_is_repeated_in_the_language_chosen(call):
    talk = call(STEPS).press("8")
    assert (talk.words, talk.effects) == ("Press 1 or 2.", [SetValue("language", "en")])
    assert talk.turn.path == (Hop("start", "keys.8", "start"),)
    assert talk.press("1").words == "Goodbye Ana."


def test_by_sms_too(call):
    assert call(STEPS, channel="sms").text("8").words == "Press 1 or 2."


def test_switching_costs_no_attempt_and_has_an_end(call):
    talk = call(STEPS).silence().press("8", "9", "8")
    assert talk.outcome is None
    assert talk.press(*["9"] * 40).outcome == "flow-limit"


def test_a_language_the_flow_does_not_speak_is_refused(call):
    with pytest.raises(FlowInvalid) as caught:
        call(STEPS.replace("language: en", "language: ar"))
    assert [finding.id for finding in caught.value.findings] == ["missing-translation"]


def test_what_may_be_said_is_told_to_whoever_listens(call):
    wait = call(STEPS).turn.wait
    assert isinstance(wait, AskKeys)
    assert wait.words[:3] == ("oui", "d'accord", "non") and "un" in wait.words


@pytest.mark.parametrize("said", ["oui", "Oui.", "1", "d’accord"])
def test_a_choice_said_and_a_choice_pressed_are_the_same(call, said):
    pressed, spoken = call(STEPS).press("1"), call(STEPS).text(said)
    assert spoken.turn == pressed.turn


def test_a_callback_switches_no_language(call):
    with pytest.raises(FlowInvalid):
        call(
            '  start: {callback: {prompt: ask, offers: {"1": {in: 60}}}, keys: {"8": {language: en}}, end: x}'
        )

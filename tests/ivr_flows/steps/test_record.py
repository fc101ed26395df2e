"""``record``: consent first, then the carrier's id of what was said."""

import pytest

from ivr_flows import Keys, NoKeys, Record, Recorded, Recording, Words

STEPS = """\
  start: {record: {consent: sorry, prompt: ask, max_seconds: 30, finish: "*"}, on_empty: nothing, next: kept}
  nothing: {end: nothing}
  kept: {say: bye, end: kept}
"""


def test_consent_is_spoken_before_anything_is_recorded(call):
    wait = call(STEPS).turn.wait
    assert isinstance(wait, Record)
    assert [spoken.prompt_id for spoken in wait.prompts] == ["sorry", "ask"]
    assert (wait.max_s, wait.finish_on_key) == (30, "*")


def test_what_was_said_is_kept_by_the_carriers_id(call):
    talk = call(STEPS).give(Recording("RE1", 12))
    assert (talk.outcome, talk.effects) == ("kept", [Recorded("RE1", 12)])


@pytest.mark.parametrize(
    "given", [Recording("", 0), Recording("RE1", 0), Recording("", 9), NoKeys(), Keys("1")]
)
def test_nothing_said_has_an_exit_of_its_own(call, given):
    talk = call(STEPS).give(given)
    assert (talk.outcome, talk.effects) == ("nothing", [])


def test_without_that_exit_the_step_goes_on(call):
    assert call(STEPS.replace(" on_empty: nothing,", "")).give(NoKeys()).outcome == "kept"


def test_by_sms_nothing_can_be_recorded(call):
    assert call(STEPS, channel="sms").outcome == "nothing"


def test_words_while_recording_are_not_an_answer(call):
    talk = call(STEPS)
    before = talk.turn.state
    assert talk.give(Words("allô")).turn.state == before

"""What holds for every session, whatever its steps."""

import json
from datetime import UTC, datetime

import pytest

from ivr_flows import (
    FlowVersionMismatch,
    Hangup,
    Keys,
    MachineVerdict,
    NoKeys,
    Suppress,
    begin,
    load,
    normalise_verdict,
    resume,
)

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
FLOW = """\
  start:
    on_machine: message
    menu: {prompt: ask}
    keys: {"1": start, "2": more, "9": gone}
  more: {menu: {prompt: ask}, keys: {"1": gone}}
  gone: {set: {disposition: reached}, menu: {prompt: ask, max_attempts: 9}, keys: {"1": last}}
  message: {say: bye, end: voicemail}
  last: {end: last}
"""


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("human", "human"),
        ("machine_start", "machine"),
        ("machine_end_beep", "machine"),
        ("machine_end_silence", "machine"),
        ("machine_end_other", "machine"),
        ("machine", "machine"),
        ("fax", "fax"),
        ("unknown", "unknown"),
        ("something-new", "unknown"),
        ("", None),
        (None, None),
    ],
)
def test_the_carriers_verdicts_are_four_words(words, verdict):
    assert normalise_verdict(words) == verdict


@pytest.mark.parametrize("verdict", ["machine_end_beep", "machine_start", "machine"])
def test_a_machine_hears_the_neutral_message(call, verdict):
    talk = call(FLOW, answered_by=verdict)
    assert (talk.outcome, talk.ids) == ("voicemail", ["bye"])


@pytest.mark.parametrize("verdict", ["human", "unknown", None, "new-word"])
def test_whoever_may_be_a_person_is_spoken_to(call, verdict):
    assert call(FLOW, answered_by=verdict).ids == ["ask"]


def test_a_machine_without_a_message_and_a_fax_end_the_call(call):
    assert (
        call("  start: {menu: {prompt: ask}, keys: {'1': start}}", answered_by="machine_start").outcome
        == "machine"
    )
    assert call(FLOW, answered_by="fax").outcome == "fax"
    assert call(FLOW).give(MachineVerdict("fax")).outcome == "fax"


def test_a_late_verdict_leads_to_the_message_from_any_step_before_a_key(call):
    assert call(FLOW).give(MachineVerdict("machine_end_other")).outcome == "voicemail"
    assert call(FLOW).silence().give(MachineVerdict("machine_start")).outcome == "voicemail"
    steps = "  start: {on_machine: m, queue: {skill: s, wait_prompt: ask}}\n  m: {end: left}"
    assert call(steps).give(MachineVerdict("machine_start")).outcome == "left"


def test_a_key_pressed_before_proves_a_person(call):
    talk = call(FLOW).press("2")
    before = talk.turn
    talk.give(MachineVerdict("machine_start"))
    assert talk.turn.state == before.state
    assert talk.turn.wait == before.wait
    assert call(FLOW).press("7").give(MachineVerdict("fax")).outcome is None


def test_hanging_up_ends_any_session(call):
    assert call(FLOW).hang_up().outcome == "hung-up"
    assert call(FLOW).press("9").hang_up().outcome == "reached"


def test_a_session_that_has_ended_stays_ended(call):
    talk = call(FLOW).hang_up()
    ended = talk.turn
    for given in (Keys("1"), NoKeys(), Hangup(), MachineVerdict("machine")):
        talk.give(given)
        assert (talk.turn.state, talk.outcome, talk.turn.effects, talk.turn.spoken) == (
            ended.state,
            "hung-up",
            (),
            (),
        )


def test_a_step_is_visited_at_most_as_often_as_the_limits_say(call):
    talk = call(FLOW).press("1", "1", "1")
    assert talk.outcome is None
    assert talk.press("1").outcome == "flow-limit"
    assert talk.ids == []


def test_a_session_takes_at_most_as_many_steps_and_answers_as_the_limits_say(call):
    talk = call(
        FLOW.replace("max_attempts: 9", "max_attempts: 9, timeout: 1").replace('"1": last', '"1": gone')
    )
    talk.press("9")
    turns = 0
    while talk.outcome is None:
        talk.press("1" if turns % 8 == 7 else "5")
        turns += 1
    assert talk.outcome == "flow-limit"
    assert turns <= 30


def test_the_limits_may_have_a_last_word(call, flow_text):
    text = flow_text(FLOW).replace("visits_per_step: 4}", "visits_per_step: 1, say: bye}")
    talk = call(text, whole=True).press("1")
    assert (talk.outcome, talk.words) == ("flow-limit", "Au revoir Ana.")


def test_a_loop_that_asks_nothing_ends_by_its_limits(call):
    assert call("  start: {next: b}\n  b: {next: start}\n").outcome == "flow-limit"


def test_a_session_is_never_resumed_on_another_version(call, flow_text):
    talk = call(FLOW)
    other = load(flow_text(FLOW).replace("Pardon", "Comment"))
    with pytest.raises(FlowVersionMismatch) as caught:
        resume(other, talk.turn.state, Keys("1"), now=NOON)
    assert caught.value.id == "flow-version-mismatch"


@pytest.mark.parametrize("word", ["STOP", "stop.", "Arrêt", "ARRET", " Stop ! ", "quit"])
def test_stop_by_sms_ends_any_session_and_stops_sms(call, word):
    talk = call(FLOW, channel="sms").text(word)
    assert (talk.outcome, talk.effects) == ("opted-out", [Suppress("sms")])


def test_stop_said_on_the_phone_is_not_the_word_of_sms(call):
    assert call(FLOW).text("stop").outcome is None


def test_an_sms_question_that_expires_ends_the_session(call):
    assert call(FLOW, channel="sms").silence().outcome == "no-input"
    assert call(FLOW, channel="sms").text("9").silence().outcome == "reached"


def test_only_the_facts_the_flow_reads_are_kept(call):
    facts = {
        "contact": {"first_name": "Ana", "last_name": "Martin", "test_result": "x"},
        "campaign": {"purpose": "p"},
    }
    assert call(FLOW, facts=facts).turn.state["facts"] == {"contact.first_name": "Ana"}


def test_resuming_leaves_the_state_it_was_given_untouched(call):
    talk = call(FLOW)
    state, copy = talk.turn.state, json.loads(json.dumps(talk.turn.state))
    resume(talk.definition, state, Keys("2"), now=NOON)
    assert state == copy


def test_the_same_key_twice_is_two_turns(call):
    assert call(FLOW).press("2").step == "more"
    assert call(FLOW).press("2", "1").step == "gone"


def test_the_same_input_gives_the_same_turn(call):
    talk = call(FLOW)
    one = resume(talk.definition, talk.turn.state, Keys("2"), now=NOON)
    assert one == resume(talk.definition, talk.turn.state, Keys("2"), now=NOON)
    assert begin(talk.definition, {}, channel="voice", now=NOON) == begin(
        talk.definition, {}, channel="voice", now=NOON
    )

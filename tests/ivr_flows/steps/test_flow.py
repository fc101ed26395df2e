"""``flow``: one flow inside another, pinned, limited in depth, left by its outcome."""

import json

import pytest

from ivr_flows import (
    FlowInvalid,
    FlowVersionMismatch,
    Hop,
    Keys,
    MachineVerdict,
    Suppress,
    check_outside,
    load,
    resume,
    waiting_for,
)
from tests.ivr_flows.conftest import HEAD, NOON

CALLER = """\
  start: {flow: inner, outcomes: {"yes": well, no_: ill}, otherwise: other}
  well: {say: bye, end: well}
  ill: {end: ill}
  other: {end: other}
"""
INNER = """\
  start: {menu: {prompt: ask, max_attempts: 1}, keys: {"1": fine, "2": poor, "3": odd, "4": start}}
  fine: {set: {answers.fine: true, disposition: seen}, end: "yes"}
  poor: {end: no_}
  odd: {end: odd}
"""


def flow(name, steps):
    return load(HEAD.replace("id: tried", f"id: {name}") + steps)


@pytest.mark.parametrize(
    ("key", "outcome"), [("1", "well"), ("2", "ill"), ("3", "other"), ("", "other"), ("8", "other")]
)
def test_the_outcome_of_the_sub_flow_is_the_exit(call, key, outcome):
    assert call(CALLER, flows={"inner": INNER}).press(key).outcome == outcome


def test_answers_and_disposition_are_shared(call):
    talk = call(CALLER, flows={"inner": INNER}).press("1")
    assert talk.turn.state["values"] == {"answers.fine": True}
    assert talk.turn.state["disposition"] == "seen"


def test_the_path_names_the_steps_of_the_sub_flow_by_its_id(call):
    talk = call(CALLER, flows={"inner": INNER})
    assert talk.turn.path == (Hop("start", "begin", "start"), Hop("start", "flow", "inner/start"))
    assert talk.press("1").turn.path == (
        Hop("inner/start", "keys.1", "inner/fine"),
        Hop("inner/fine", "end", "start"),
        Hop("start", "outcomes.yes", "well"),
        Hop("well", "end", None),
    )


def test_who_waits_in_a_sub_flow_is_found_there(call):
    talk = call(CALLER, flows={"inner": INNER})
    state = json.loads(json.dumps(talk.turn.state))
    assert waiting_for(talk.definition, state, flows=talk.flows) == talk.turn.wait


def test_hanging_up_stop_and_a_fax_end_the_whole_session(call):
    assert call(CALLER, flows={"inner": INNER}).hang_up().outcome == "hung-up"
    assert call(CALLER, flows={"inner": INNER}).give(MachineVerdict("fax")).outcome == "fax"
    talk = call(CALLER, flows={"inner": INNER}, channel="sms").text("stop")
    assert (talk.outcome, talk.effects) == ("opted-out", [Suppress("sms")])


def test_a_machine_goes_where_the_calling_flow_says_unless_the_sub_flow_knows_better(call):
    caller = CALLER.replace("start: {flow", "start: {on_machine: left, flow") + "  left: {end: voicemail}\n"
    assert call(caller, flows={"inner": INNER}).give(MachineVerdict("machine")).outcome == "voicemail"
    inner = INNER.replace("start: {menu", "start: {on_machine: poor, menu")
    assert call(caller, flows={"inner": inner}).give(MachineVerdict("machine")).outcome == "ill"


def test_a_session_keeps_the_version_of_the_sub_flow_it_began_with(call):
    talk = call(CALLER, flows={"inner": INNER})
    newer = {"inner": flow("inner", INNER.replace("end: odd", "end: odder"))}
    with pytest.raises(FlowVersionMismatch, match="inner"):
        resume(talk.definition, talk.turn.state, Keys("1"), now=NOON, flows=newer)
    with pytest.raises(FlowVersionMismatch):
        resume(talk.definition, talk.turn.state, Keys("1"), now=NOON)


def test_a_sub_flow_nobody_gave_ends_the_session_as_broken(call):
    assert call(CALLER).outcome == "flow-broken"


def test_the_steps_of_sub_flows_count_against_the_limits_of_the_first(call):
    round_trip = "  start: {flow: inner, otherwise: start}\n"
    assert call(round_trip, flows={"inner": "  start: {end: x}"}).outcome == "flow-limit"
    talk = call(CALLER, flows={"inner": INNER})
    for _ in range(30):
        talk.press("4")
    assert talk.outcome == "flow-limit"


def test_flows_that_call_one_another_in_a_circle_end_at_the_fifth(call):
    to_b, to_a = (
        "  start: {flow: b, otherwise: x}\n  x: {end: x}",
        "  start: {flow: a, otherwise: x}\n  x: {end: x}",
    )
    talk = call(to_b, flows={"a": to_b, "b": to_a})
    assert (talk.outcome, len(talk.turn.state["inside"])) == ("flow-broken", 5)


def test_a_flow_that_calls_itself_is_refused_on_loading():
    with pytest.raises(FlowInvalid) as caught:
        flow("inner", "  start: {flow: inner, otherwise: x}\n  x: {end: x}")
    assert [finding.id for finding in caught.value.findings] == ["flow-recursion"]


def outside(steps, **flows):
    every = {name: flow(name, text) for name, text in flows.items()}
    found = check_outside(flow("tried", steps), flows=every, directory=None, hosts=())
    return [finding.id for finding in found]


def test_what_a_sub_flow_lacks_is_found_before_publishing():
    chain = {f"f{n}": f"  start: {{flow: f{n + 1}, otherwise: x}}\n  x: {{end: x}}" for n in range(1, 6)}
    first = "  start: {flow: f1, otherwise: x}\n  x: {end: x}"
    end = "  start: {end: x}"
    assert outside(first, f1=end) == []
    assert outside(first) == ["flow-unknown"]
    assert outside(first, f1=first.replace("f1", "tried")) == ["flow-recursion"]
    assert outside(first, f1=first.replace("f1", "f2"), f2=first) == ["flow-recursion"]
    assert outside(first, **{**chain, "f5": end}) == []
    assert outside(first, **chain, f6=end) == ["flow-too-deep"]
    english = load(
        HEAD.replace("id: tried", "id: f1").replace("languages: [fr, en]", "languages: [en]") + end
    )
    [found] = check_outside(flow("tried", first), flows={"f1": english}, directory=None, hosts=())
    assert (found.id, "fr" in found.message) == ("flow-too-narrow", True)

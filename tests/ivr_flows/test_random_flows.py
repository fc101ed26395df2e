"""Whatever the flow: one written at random from every step kind, or one of the library damaged at random."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows import (
    AskKeys,
    AskWords,
    Definition,
    Fetch,
    Fetched,
    FlowInvalid,
    Hangup,
    Input,
    InQueue,
    Keys,
    QueueEnded,
    Record,
    Recording,
    Transfer,
    TransferEnded,
    Turn,
    Words,
    begin,
    library,
    lint,
    load,
    resume,
    waiting_for,
)
from ivr_flows.reading import read
from ivr_flows.steps import ORDER
from tests.ivr_flows.conftest import NOON
from tests.ivr_flows.generating import FACTS, INNER, INPUTS, KEYS, KINDS, OPENINGS, flow, mutated, steps

LIBRARY = {name: read(library.flow_text(name)).data for name in library.names()}
_ANY = steps(*KINDS)
_WITHOUT_FLOWS = steps(*(kind for kind in KINDS if kind != "flow"))


def test_every_step_kind_is_written_at_random() -> None:
    assert set(ORDER) - {"next", "end"} <= {"set", "appointment", "callback", *KINDS}


def _is_whole(definition: Definition, turn: Turn, flows: dict[str, Definition]) -> None:
    waits = AskKeys | AskWords | InQueue | Transfer | Record | Fetch
    assert (turn.outcome is None) is isinstance(turn.wait, waits)
    assert json.loads(json.dumps(turn.state, allow_nan=False)) == turn.state
    assert turn.state["steps"] <= definition.limits.steps + 1
    most = max(each.limits.visits_per_step for each in (definition, *flows.values()))
    assert max(turn.state["visits"].values(), default=0) <= most + 1
    assert len(turn.state["inside"]) <= 5
    assert type(waiting_for(definition, turn.state, flows=flows)) is type(turn.wait)


def _hold(
    definition: Definition,
    facts: Any,
    opening: dict[str, Any],
    inputs: list[Input],
    flows: dict[str, Definition],
) -> None:
    """Whatever is given: every turn is whole, and hanging up ends it."""
    turn = begin(definition, facts, now=NOON, flows=flows, **opening)
    _is_whole(definition, turn, flows)
    for given_now in inputs:
        turn = resume(definition, turn.state, given_now, now=NOON, flows=flows)
        _is_whole(definition, turn, flows)
    assert resume(definition, turn.state, Hangup(), now=NOON, flows=flows).outcome


def _answered(definition: Definition, keys: list[str], flows: dict[str, Definition], channel: str) -> Turn:
    """A session that is only answered, never hung up on."""
    opening: Any = {"channel": channel, "language": "fr", "answered_by": "human"}
    turn = begin(definition, {"contact": {"birth_year": 1980}}, now=NOON, flows=flows, **opening)
    for count in range(3 * definition.limits.steps):
        key = keys[count % len(keys)]
        given: Input
        match turn.wait:
            case None:
                return turn
            case InQueue():
                given = QueueEnded("unavailable")
            case Transfer():
                given = TransferEnded("connected")
            case Record():
                given = Recording("RE1", 3)
            case Fetch():
                given = Fetched(200, {"answers.x": key})
            case AskWords():
                given = Words(key)
            case _:
                given = Keys(key)
        turn = resume(definition, turn.state, given, now=NOON, flows=flows)
    return turn


@settings(max_examples=200, deadline=None)
@given(outer=_ANY, inner=_WITHOUT_FLOWS, facts=FACTS, opening=OPENINGS, inputs=st.lists(INPUTS, max_size=15))
def test_no_flow_however_odd_lets_an_input_break_a_session(
    outer: Any, inner: Any, facts: Any, opening: dict[str, Any], inputs: list[Input]
) -> None:
    definition, flows = load(json.dumps(flow("outer", outer))), {INNER: load(json.dumps(flow(INNER, inner)))}
    lint(definition)
    _hold(definition, facts, opening, inputs, flows)


@settings(max_examples=100, deadline=None)
@given(
    outer=_ANY,
    inner=_WITHOUT_FLOWS,
    keys=st.lists(KEYS.filter(bool), min_size=1, max_size=5),
    channel=st.sampled_from(["voice", "sms"]),
)
def test_a_session_that_is_only_answered_ends_within_its_limits(
    outer: Any, inner: Any, keys: list[str], channel: str
) -> None:
    definition, flows = load(json.dumps(flow("outer", outer))), {INNER: load(json.dumps(flow(INNER, inner)))}
    assert _answered(definition, keys, flows, channel).outcome


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(LIBRARY)),
    data=st.data(),
    facts=FACTS,
    opening=OPENINGS,
    inputs=st.lists(INPUTS, max_size=10),
)
def test_a_flow_of_the_library_damaged_at_random_is_refused_or_runs(
    name: str, data: st.DataObject, facts: Any, opening: dict[str, Any], inputs: list[Input]
) -> None:
    damaged = LIBRARY[name]
    for _ in range(data.draw(st.integers(1, 3))):
        damaged = mutated(damaged, lambda below: data.draw(st.integers(0, below - 1)))
    try:
        definition = load(json.dumps(damaged))
    except FlowInvalid as error:
        assert error.findings
        return
    _hold(definition, facts, opening, inputs, {})
    if not [finding for finding in lint(definition) if finding.severity == "error"]:
        assert _answered(definition, ["1", "1980"], {}, "voice").outcome not in (None, "flow-broken")

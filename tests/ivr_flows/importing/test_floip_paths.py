"""Every path of any container of the basic blocks, to a depth of twelve, is heard in the import."""

import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr_flows import Keys, NoKeys, begin, load, resume
from ivr_flows.importing import Options, import_flows
from ivr_flows.testing import heard
from tests.ivr_flows.importing.floip import block, container

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
DEEP = 12
NAMES = ("a", "b", "c", "d", "e")


def over(value, least):
    return isinstance(value, int) and value > least


TESTS = {
    "block.value = 'yes'": lambda value, flow: value == "yes",
    "block.value <> 'no'": lambda value, flow: value != "no",
    "@(block.value > 9)": lambda value, flow: over(value, 9),
    "flow.a = 'YES'": lambda value, flow: flow.get("a") == "yes",
    "AND(flow.b > 5, NOT(flow.a = 'no'))": lambda value, flow: (
        over(flow.get("b"), 5) and flow.get("a") != "no"
    ),
}
"""Tests, and what the specification says they mean, said again in Python."""

OTHERS = [test for test in TESTS if "block" not in test]
ANSWERS = {
    "SelectOneResponse": {None: None, "1": "yes", "2": "no", "7": None},
    "NumericResponse": {None: None, "3": 3, "12": 12, "99": None},
}


@st.composite
def containers(draw):
    """A container of two to five blocks that lead anywhere among themselves."""
    names = NAMES[: draw(st.integers(2, 5))]
    there = st.sampled_from([*names, *names, None])

    def made(name, kind):
        tests = OTHERS if kind == "Case" else [] if kind == "Message" else list(TESTS)
        exits = (
            [
                (f"x{i}", test, draw(there))
                for i, test in enumerate(draw(st.lists(st.sampled_from(tests), max_size=2)))
            ]
            if tests
            else []
        )
        config = {} if kind == "Case" else {"prompt": f"Bloc {name}."}
        if kind == "SelectOneResponse":
            config["choices"] = [{"name": "yes", "prompt": "Oui"}, {"name": "no", "prompt": "Non"}]
        if kind == "NumericResponse":
            config |= {"validation_minimum": 0, "validation_maximum": 20}
        home = "Core" if kind == "Case" else "MobilePrimitives"
        return block(name, f"{home}.{kind}", *exits, ("d", None, draw(there)), **config)

    kinds = st.sampled_from([*ANSWERS, "Message", "Case"])
    first = made("a", draw(st.sampled_from([*ANSWERS])))
    return container(first, *(made(name, draw(kinds)) for name in names[1:]))


def follow(blocks, name, flow, entered, value=None, *, answered=False):
    """What is heard from a block on, the block that waits or None, and how many were entered."""
    said = []
    while name is not None:
        kind = blocks[name]["type"].partition(".")[2]
        if not answered:
            entered += 1
            if entered > DEEP:
                return said, "deep", entered
            if kind != "Case":
                said.append(f"Bloc {name}.")
            if kind in ANSWERS:
                return said, name, entered
        exits = blocks[name]["exits"]
        nothing = answered and value is None
        taken = (e for e in exits if not nothing and "test" in e and TESTS[e["test"]](value, flow))
        name, answered, value = next(taken, exits[-1])["destination_block"], False, None
    return said, None, entered


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=containers())
def test_every_path_of_any_container_of_basic_blocks_is_heard_the_same(text):
    blocks = {each["uuid"]: each for each in json.loads(text)["flows"][0]["blocks"]}
    (flow,) = import_flows(text, Options(languages=("fr",)))
    assert flow.report.counts()["todo"] == 0
    definition = load(flow.text)
    turn = begin(definition, {}, channel="voice", answered_by="human", now=NOON)
    waiting, paths = [(*follow(blocks, "a", {}, 0), {}, turn)], 0
    while waiting and paths < 150:
        said, at, entered, kept, turn = waiting.pop()
        paths += 1
        ours = [spoken.text for spoken in heard(turn)]
        if at == "deep":
            assert ours[: len(said)] == said
            continue
        assert ours == said
        assert (turn.outcome is None) is (at is not None)
        if at is None:
            continue
        for keys, value in ANSWERS[blocks[at]["type"].partition(".")[2]].items():
            after = {**kept, at: value} if value is not None else kept
            given_ = NoKeys() if keys is None else Keys(keys)
            follows = follow(blocks, at, after, entered, value, answered=True)
            waiting.append((*follows, after, resume(definition, turn.state, given_, now=NOON)))

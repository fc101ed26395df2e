"""FLOIP containers: each block, and every path of a small one."""

import json
from datetime import UTC, datetime

import pytest

from ivr_flows import Keys, NoKeys, SetValue, Words, begin, lint, load, resume
from ivr_flows.importing import Options, import_flows
from ivr_flows.testing import heard
from tests.ivr_flows.importing.floip import FEVER, block, container, text

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
ANA = {"contact": {"first_name": "Ana"}}
DEEP = 12
TESTS = {
    "block.value = 'yes'": lambda block, flow: block == "yes",
    "@(block.value >= 39)": lambda block, flow: block >= 39,
    "AND(flow.fever = 'YES', flow.degrees > 40)": lambda block, flow: (
        flow["fever"] == "yes" and flow["degrees"] > 40
    ),
}
"""What each test of the container means, said again in Python."""

SAID = {
    "hello": "Bonjour Ana.",
    "fever": "Fièvre ? Oui, tapez 1. Non, tapez 2.",
    "degrees": "Combien de degrés ?",
    "alarm": "{degrees} degrés !",
    "bye": "Au revoir.",
}
ANSWERS = {
    "fever": {None: None, "1": "yes", "2": "no", "7": None},
    "degrees": {None: None, "36": 36, "39": 39, "42": 42, "12": None},
}


def follow(blocks, name, flow, value=None, answered=False):
    """What is heard from a block on, and the block that waits, as the specification says."""
    said, entered = [], 0
    while name is not None:
        entered += 1
        waits = name in ANSWERS and not answered
        if name in SAID and not answered:
            said.append(SAID[name].format(**flow))
        if waits:
            return said, name, entered
        exits = blocks[name]["exits"]
        known = answered and value is None
        taken = next(
            (e for e in exits if not known and "test" in e and TESTS[e["test"]](value, flow)), exits[-1]
        )
        name, answered = taken["destination_block"], False
    return said, None, entered


def test_every_path_of_a_container_is_heard_the_same():
    blocks = {each["uuid"]: each for each in json.loads(FEVER)["flows"][0]["blocks"]}
    (flow,) = import_flows(FEVER, Options(languages=("fr",)))
    definition = load(flow.text)
    assert flow.report.counts() == {"kept": 7, "approximated": 0, "dropped": 0, "todo": 0}
    said, at, entered = follow(blocks, "hello", {})
    turn = begin(definition, ANA, channel="voice", answered_by="human", now=NOON)
    waiting, paths = [(said, at, entered, {}, turn)], 0
    while waiting:
        said, at, entered, kept, turn = waiting.pop()
        paths += 1
        assert [spoken.text for spoken in heard(turn)] == said
        assert (turn.outcome is None) is (at is not None)
        if at is None or entered > DEEP:
            continue
        for keys, value in ANSWERS[at].items():
            after = {**kept, at: value} if value is not None else kept
            said, then, more = follow(blocks, at, after, value, answered=True)
            given = NoKeys() if keys is None else Keys(keys)
            waiting.append(
                (said, then, entered + more, after, resume(definition, turn.state, given, now=NOON))
            )
    assert paths > 200


def one(*blocks, resources=(), modes=("IVR",), **options):
    (flow,) = import_flows(
        container(*blocks, resources=resources, modes=modes), Options(**{"languages": ("fr",), **options})
    )
    return flow, load(flow.text)


def test_texts_stand_in_every_language_and_by_channel():
    both = text("r", "Bonjour", "Hello")
    both["values"].append({**both["values"][0], "modes": ["SMS"], "value": "Bonjour par SMS"})
    said = block("m", "MobilePrimitives.Message", ("d", None, None), prompt="r")
    (flow,) = import_flows(container(said, resources=(both,), modes=("IVR", "SMS")))
    definition = load(flow.text)
    assert (definition.languages, definition.channels) == (("fr", "en"), ("voice", "sms"))
    turn = begin(definition, {}, channel="sms", now=NOON)
    assert [spoken.text for spoken in turn.spoken] == ["Bonjour par SMS"]
    assert [s.text for s in begin(definition, {}, channel="voice", language="en", now=NOON).spoken] == [
        "Hello"
    ]


def test_a_choice_is_remembered_and_may_be_written():
    choices = [{"name": "yes", "prompt": "r-yes"}, {"name": "no", "prompt": "r-no"}]
    asked = block(
        "q", "MobilePrimitives.SelectOneResponse", ("d", None, None), prompt="Oui ?", choices=choices
    )
    words = (text("r-yes", "Volontiers", mode="SMS"), text("r-no", "Non merci", mode="SMS"))
    _, definition = one(asked, resources=words, modes=("SMS",))
    turn = begin(definition, {}, channel="sms", now=NOON)
    assert resume(definition, turn.state, Words("volontiers !"), now=NOON).effects == (
        SetValue("answers.q", "yes"),
    )


def test_the_older_form_of_choices_and_apart_prompts_are_read():
    asked = block(
        "q",
        "MobilePrimitives\\SelectOneResponse",
        ("d", None, None),
        question_prompt="Une glace ?",
        choices={"vanilla": "Vanille :", "mint": "Menthe :"},
        digit_prompts=["tapez 1.", "tapez 2."],
    )
    _, definition = one(asked)
    turn = begin(definition, {}, channel="voice", now=NOON)
    assert [s.text for s in heard(turn)] == ["Une glace ? Vanille : tapez 1. Menthe : tapez 2."]
    assert resume(definition, turn.state, Keys("2"), now=NOON).effects == (SetValue("answers.q", "mint"),)


@pytest.mark.parametrize(
    ("kind", "config", "effects"),
    [
        ("Core.SetContactProperty", {}, (SetValue("contact.sex", "f"),)),
        ("Core.SetGroupMembership", {"group_key": "g", "is_member": False}, (SetValue("groups.g", False),)),
        ("Core.Output", {"value": "7"}, (SetValue("answers.b", 7),)),
        ("Core.Log", {"message": "x"}, ()),
    ],
)
def test_what_blocks_keep_is_an_effect(kind, config, effects):
    if kind == "Core.SetContactProperty":
        config = {"set_contact_property": {"property_key": "sex", "property_value": "f"}}
    _, definition = one(block("b", kind, ("d", None, None), **config))
    turn = begin(definition, {}, channel="voice", now=NOON)
    assert (turn.effects, turn.outcome) == (effects, "completed")


@pytest.mark.parametrize("kind", ["SmartDevices.PhotoResponse", "ConsoleIO.Read", "Org.Example.HttpRequest"])
def test_what_a_telephone_cannot_do_is_left_to_do(kind):
    flow, definition = one(block("b", kind, ("d", None, "end")), block("end", "Core.Log", ("d", None, None)))
    assert flow.report.entries[0].fate == "todo"
    assert "todo-step" in {finding.id for finding in lint(definition)}
    assert [exit.to for exit in definition.steps["b"].exits()] == ["end"]


def test_a_vendors_request_names_a_host():
    asks = block(
        "b",
        "Io.Example.Webhook",
        ("Success", None, "end"),
        ("Error", None, "end"),
        url="https://lab.example.org/v1?code=@contact.code",
        method="POST",
        body='{"n": 2}',
    )
    flow, definition = one(
        asks, block("end", "Core.Log", ("d", None, None)), hosts={"lab.example.org": "lab"}
    )
    wait = begin(definition, {"contact": {"code": "A1"}}, channel="voice", now=NOON).wait
    assert (wait.host, wait.path, wait.method) == ("lab", "/v1", "post")
    assert (wait.query, wait.json) == ({"code": "A1"}, {"n": 2})
    assert flow.report.entries[0].fate == "approximated"


def test_an_open_answer_is_recorded_and_lint_asks_for_consent():
    asked = block(
        "b",
        "MobilePrimitives.OpenResponse",
        ("d", None, None),
        prompt="Dites",
        ivr={"max_duration_seconds": 9},
    )
    flow, definition = one(asked)
    wait = begin(definition, {}, channel="voice", now=NOON).wait
    assert wait.max_s == 9
    assert "record-without-consent" in {finding.id for finding in lint(definition)}
    assert flow.report.entries[0].fate == "approximated"


def test_a_flow_of_the_container_is_a_flow_here():
    data = json.loads(container(block("b", "Core.RunFlow", ("d", None, None), flow_id="other")))
    data["flows"].append(
        {"uuid": "other", "name": "Other one", "blocks": [block("x", "Core.Log", ("d", None, None))]}
    )
    first, second = import_flows(json.dumps(data))
    assert second.id == "other-one"
    assert "flow: other-one" in first.text


def test_words_that_are_computed_are_left_to_do():
    flow, _ = one(
        block("b", "MobilePrimitives.Message", ("d", None, None), prompt="Né en @(YEAR(contact.birthday))")
    )
    assert flow.report.counts()["todo"] == 1


def test_an_at_sign_that_is_no_variable_stays():
    _, definition = one(
        block("b", "MobilePrimitives.Message", ("d", None, None), prompt="a@b.fr, @@contact, {x}")
    )
    assert begin(definition, {}, channel="voice", now=NOON).spoken[0].text == "a@b.fr, @contact, {x}"

"""Whatever the text is, an import gives a flow that loads and runs, or says why not."""

import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ivr_flows import Keys, begin, lint, load, resume
from ivr_flows.importing import ImportRefused, Options, import_flows
from ivr_flows.importing.floip import BLOCKS
from ivr_flows.importing.source import DEEPEST, LONGEST
from ivr_flows.importing.studio import WIDGETS
from tests.ivr_flows.importing.floip import FEVER
from tests.ivr_flows.importing.test_studio_paths import COUNTED, MENU

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["{{a}}", "{{widgets.a.Digits|plus:1}}", "{% x", "{{", "}}", "{a", "@(", "@contact.a", "null"]
    ),
    st.sampled_from(["true", "1e999", "\ud800", "\0", ": #x", "%a", "- '\"", "https://a.b/c?d=e", "a\nb"]),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


def lenient(**known):
    """An object that has what it should, or anything in its place, or lacks it."""
    return st.fixed_dictionaries({}, optional={key: st.one_of(value, JSON) for key, value in known.items()})


def named(*names):
    return st.sampled_from(names)


PROPERTIES = (
    *("say", "play", "body", "url", "path", "workflow", "queue_name", "to", "input", "variables"),
    *("parameters", "timeout", "loop", "method", "language", "voice"),
)
STATES = lenient(
    name=named("a", "b", "start", "repeat", "\ud800", ""),
    type=named("trigger", "capture-payments", *WIDGETS),
    properties=lenient(**dict.fromkeys(PROPERTIES, JSON)),
    transitions=st.lists(
        lenient(
            event=named(
                "match", "noMatch", "keypress", "timeout", "audioComplete", "next", "success", "failed"
            ),
            next=named("a", "b", "nowhere"),
            conditions=st.lists(
                lenient(type=TEXTS, value=TEXTS, arguments=st.lists(TEXTS, max_size=2)), max_size=2
            ),
        ),
        max_size=4,
    ),
)
BLOCK = lenient(
    uuid=named("a", "b", ""),
    name=TEXTS,
    type=named("x.webhook", *BLOCKS).map(str.upper),
    config=lenient(
        prompt=TEXTS,
        url=TEXTS,
        body=TEXTS,
        method=TEXTS,
        choices=JSON,
        flow_id=named("f", "a"),
        value=TEXTS,
        set_contact_property=JSON,
        is_member=JSON,
    ),
    exits=st.lists(
        lenient(name=TEXTS, test=TEXTS, default=st.booleans(), destination_block=named("a", "b")), max_size=3
    ),
)
STUDIO = lenient(
    description=TEXTS, initial_state=named("a", "b"), states=st.lists(STATES, min_size=1, max_size=4)
)
FLOIP = lenient(
    flows=st.lists(
        lenient(uuid=named("f", "g"), name=TEXTS, blocks=st.lists(BLOCK, max_size=4), languages=JSON),
        max_size=2,
    ),
    resources=JSON,
)
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def whole(text):
    """Import, then run what came of it until it ends; True when there was a flow."""
    try:
        flows = import_flows(text, Options(languages=("fr",)))
    except ImportRefused as refused:
        assert str(refused)
        return False
    for flow in flows:
        flow.text.encode("utf-8")
        definition = load(flow.text)
        lint(definition)
        assert sum(flow.report.counts().values()) == len(flow.report.entries)
        assert json.loads(flow.report.as_json())["states"] or not flow.report.entries
        turn = begin(definition, {}, channel="voice", now=NOON)
        for digits in "1212":
            turn = resume(definition, turn.state, Keys(digits), now=NOON)
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(data=JSON)
@example(data={"states": [{}]})
@example(data={"flows": [{"blocks": [{}]}]})
def test_any_json_is_refused_or_imported(data):
    whole(json.dumps(data))


@settings(max_examples=200, deadline=None, suppress_health_check=QUIET)
@given(data=st.one_of(STUDIO, FLOIP))
def test_anything_that_looks_like_a_flow_is_refused_or_imported(data):
    whole(json.dumps(data))


def mutated(data, chance):
    """The same with a few things taken away, doubled or replaced."""
    if isinstance(data, dict):
        return {key: mutated(value, chance) for key, value in data.items() if chance.random() > 0.02}
    if isinstance(data, list):
        kept = [mutated(item, chance) for item in data if chance.random() > 0.02]
        return kept + kept[:1] if chance.random() < 0.02 else kept
    if chance.random() < 0.05:
        return chance.choice([None, True, -1, 10**30, "", "{{x", "ask", [], {}, "\ud800", "a" * 3000])
    return data


@pytest.mark.parametrize("text", [MENU, COUNTED, FEVER], ids=["menu", "counted", "fever"])
def test_an_export_with_mistakes_is_still_read(text):
    read = [whole(json.dumps(mutated(json.loads(text), random.Random(seed)))) for seed in range(60)]
    assert sum(read) > 30


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "no JSON object"),
        ("{}", "neither"),
        ('{"states": []}', "no states"),
        ('{"flows": [{"blocks": []}]}', "no flow with blocks"),
        ("[" * 100_000, "nested too deeply"),
        ('{"states": ' + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1) + "}", "nested too deeply"),
        (" " * (LONGEST + 1), "over 2 MiB"),
        (
            json.dumps({"states": [{"name": str(n), "type": "say-play"} for n in range(1001)]}),
            "over 1000 states",
        ),
        (json.dumps({"states": [[0] * 200_001]}), "too large"),
    ],
)
def test_what_is_no_flow_is_refused_in_words(text, why):
    with pytest.raises(ImportRefused, match=why):
        import_flows(text)

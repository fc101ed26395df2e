"""The runner of conversations says what differs, and what was never visited."""

import pytest

from ivr_flows import FlowInvalid, load
from ivr_flows.conversations import merged, read_conversations
from ivr_flows.testing import run

STEPS = """\
  start: {menu: {prompt: ask}, keys: {"1": one, "2": two}}
  one: {say: bye, end: one}
  two: {end: two}
"""


def report(flow_text, conversations):
    return run(load(flow_text(STEPS)), conversations)


def problems(flow_text, conversation):
    return report(flow_text, f"conversations: [{conversation}]").results[0].problems


def test_a_conversation_that_goes_as_written_passes(flow_text):
    done = report(
        flow_text,
        "facts: {contact: {first_name: Ana}}\n"
        'conversations: [{exchanges: [{heard: [ask, "tapez 1"], press: "1"}, {heard: "Au revoir Ana"}], '
        "outcome: one}]",
    )
    assert done.passed
    assert done.results[0].name == "conversation 1"


@pytest.mark.parametrize(
    ("conversation", "said"),
    [
        ('{exchanges: [{heard: bye, press: "2"}], outcome: two}', "'bye' was not heard"),
        ('{exchanges: [{heard: "tapez 7", press: "2"}], outcome: two}', "'tapez 7' was not heard"),
        ('{exchanges: [{press: "2"}], outcome: one}', "the outcome was two, not one"),
        ('{exchanges: [{press: "2"}]}', "the outcome was two, not None"),
        ("{exchanges: [{heard: ask}], outcome: two}", "the outcome was None, not two"),
        ('{exchanges: [{press: "2"}, {press: "1"}], outcome: two}', "had already ended as two"),
        (
            '{exchanges: [{press: "2"}], effects: [{sms: bye}], outcome: two}',
            "effects were [], not [{'sms': 'bye'}]",
        ),
    ],
)
def test_what_differs_is_said(flow_text, conversation, said):
    assert said in " ".join(problems(flow_text, conversation))


def test_what_was_never_visited_is_said(flow_text):
    done = report(flow_text, 'conversations: [{exchanges: [{press: "1"}], outcome: one}]')
    assert done.coverage.missing_steps == ("two",)
    assert done.coverage.missing_exits == ("start.keys.2", "two.end")
    assert not done.coverage.complete
    assert done.coverage.percent == (pytest.approx(200 / 3), 50)


@pytest.mark.parametrize(
    "text",
    [
        "conversations: []",
        "- a",
        "conversations: [a]",
        "conversations: [{nme: x}]",
        'conversations: [{exchanges: [{press: "1", text: a}]}]',
        "conversations: [{exchanges: [{queue: full}]}]",
        "conversations: [{now: '2020-13-01T00:00:00Z'}]",
        "conversations: [{effects: 1}]",
    ],
)
def test_a_file_of_conversations_that_makes_no_sense_is_refused_with_its_line(text):
    with pytest.raises(FlowInvalid) as caught:
        read_conversations(text)
    assert [(finding.id, finding.line) for finding in caught.value.findings] == [("schema", 1)]


def test_facts_are_merged_deeply_and_null_takes_one_away():
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": None, "e": 4}}) == {
        "a": {"c": 2, "e": 4},
        "d": 3,
    }

"""Two versions told apart in words: nothing where nothing changed, something for every change."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows import FlowInvalid, library, load
from ivr_flows.comparing import changes, compare
from ivr_flows.comparing.changes import same
from ivr_flows.reading import read

OLD = """\
schema: 1
id: tried
title: {fr: Essai}
languages: [fr, en]
channels: [voice]
prompts:
  hello: {says: neutral, fr: {text: "Bonjour. Pour un conseiller, tapez 1."}, en: {text: "Press 1."}}
steps:
  start: {menu: {prompt: hello}, keys: {"1": agent, "2": bye}, words: {bye: [non]}, on_timeout: repeat}
  agent: {branch: [{when: "a == 1", next: bye}, {when: "a == 2", next: last}], otherwise: last}
  bye: {say: hello, end: done}
  last: {say: hello, next: bye}
"""

SENTENCES = [
    ('"2": bye', '"2": last', "Step start: key 2 now leads to last instead of bye"),
    ('"2": bye', '"2": bye, "3": bye', "Step start: key 3 is new and leads to bye"),
    (', "2": bye', "", "Step start: key 2 is gone (it leads to bye)"),
    (
        '"2": bye',
        '"2": {language: en}',
        "Step start: key 2 now switches to English (before, it leads to bye)",
    ),
    ("timeout: repeat", "timeout: bye", "Step start: silence now leads to bye (before, it asks again)"),
    ("[non]", "[non, nope]", "Step start: the words nope now lead to bye"),
    ("[non]", "[nope]", "Step start: the words non no longer lead to bye"),
    (
        "prompt: hello}",
        "prompt: hello, timeout: 9}",
        "Step start: menu timeout is 9 (it was not given before)",
    ),
    ('a == 1", next: bye', 'a == 1", next: last', "when a == 1, the way now leads to last instead of bye"),
    ("end: done", "end: over", "Step bye: now ends the session as over instead of done"),
    ("otherwise: last", "otherwise: bye", "Step agent: otherwise now leads to bye instead of last"),
    ("[fr, en]", "[fr, en, ar]", "Language Arabic (ar) added"),
    ("[fr, en]", "[en, fr]", "The fallback language is now English instead of French"),
    ("[voice]", "[voice, sms]", "Channel SMS added"),
    ("Essai", "Autre", "The title in French is now Autre instead of Essai"),
    ("tapez 1", "tapez 3", 'Prompt hello changed in French: "… Pour un conseiller, tapez 1." became'),
    (', en: {text: "Press 1."}', "", "Prompt hello is no longer worded in English"),
    ("says: neutral", "says: purpose", "Prompt hello is declared to say purpose instead of neutral"),
    ("Press 1.", 'Press 1.", sms: "Reply 1.', 'Prompt hello changed in English by SMS: is "Reply 1."'),
    ("steps:\n", "steps:\n  new: {say: hello, end: done}\n", "Step new added (say)"),
    ("  last: {say", "  final: {say", "Step last is now called final"),
    ("channels", "limits: {steps: 9}\nchannels", "Limit steps is 9 (it was not given before)"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), SENTENCES, ids=lambda text: text[:30])
def test_a_change_is_told_in_words(old, new, sentence):
    assert old in OLD
    told = compare(load(OLD), load(OLD.replace(old, new, 1)))
    assert any(sentence in each for each in told), told


@pytest.mark.parametrize("name", library.names())
def test_a_flow_has_no_change_against_itself_however_it_is_written(name):
    text = library.flow_text(name)
    data = read(text).data
    turned = {key: data[key] for key in reversed(data)}
    turned["steps"] = {key: data["steps"][key] for key in reversed(data["steps"])}
    assert compare(load(text), load(text)) == []
    assert compare(load(text), load(json.dumps(turned))) == []


def places(tree, path=()):
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


LIBRARY = {name: read(library.flow_text(name)).data for name in ("callback", "broadcast", "verify-call")}
PLACES = [(name, path) for name, data in LIBRARY.items() for path in places(data)]
VALUES = st.sampled_from([None, True, 1, 0, "repeat", "start", "opted_out", "hello", "other text 1", [], {}])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), st.one_of(st.sampled_from(["gone", "again", "turned"]), VALUES))
def test_every_single_mutation_is_told_by_at_least_one_sentence(place, value):
    name, path = place
    old = LIBRARY[name]
    new = mutated(old, path, value)
    try:
        one, other = load(json.dumps(old)), load(json.dumps(new))
    except FlowInvalid:
        return
    assert (one.version == other.version) is (compare(one, other) == [])
    assert (one.version == other.version) is (compare(other, one) == [])


def mutated(old, path, value):
    new = copy.deepcopy(old)
    holder = new
    for part in path[:-1]:
        holder = holder[part]
    if value == "gone":
        del holder[path[-1]]
    elif value == "again" and isinstance(holder, dict):
        holder[f"{path[-1]}x"] = copy.deepcopy(holder[path[-1]])
    elif value == "again":
        holder.append(f"{holder[-1]}x" if isinstance(holder[-1], str) else copy.deepcopy(holder[-1]))
    elif value == "turned" and isinstance(holder, list):
        holder.reverse()
    else:
        holder[path[-1]] = value
    return new


def test_changes_come_in_groups_with_their_place():
    new = (
        OLD.replace("[voice]", "[voice, sms]").replace("tapez 1", "tapez 3").replace('"2": bye', '"2": last')
    )
    assert [(c.group, c.place) for c in changes(load(OLD), load(new))] == [
        ("flow", "channels"),
        ("prompts", "prompts.hello.fr.text"),
        ("steps", "steps.start.keys.2"),
    ]


def test_one_is_neither_true_nor_the_word_one():
    assert len({json.dumps(value) for value in (1, 1.0, True, "1")}) == 4
    assert not any(same(1, other) for other in (1.0, True, "1"))

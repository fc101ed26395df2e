"""Whatever a person, a carrier or a queue does, in whatever order."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows import (
    AskKeys,
    AskWords,
    Fetch,
    Hangup,
    InQueue,
    Keys,
    QueueEnded,
    Record,
    Transfer,
    Turn,
    begin,
    library,
    load,
    resume,
)
from tests.ivr_flows.generating import FACTS, INPUTS, KEYS, OPENINGS

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
FLOWS = {name: load(library.flow_text(name)) for name in library.names()}

WILD = """\
schema: 1
id: wild
title: {fr: Tout ensemble}
languages: [fr, en]
channels: [voice, sms]
limits: {steps: 25, visits_per_step: 3, say: a}
prompts: {a: {says: neutral, fr: {text: "A {contact.first_name} {answers.x}"}, en: {text: A}}}
steps:
  start:
    on_machine: b
    menu: {prompt: a, max_attempts: 9}
    keys: {"1": start, "2": b, "34": c, "*": nowhere, "#": d}
    words: {b: [oui], c: [non]}
    on_invalid: b
  b: {branch: [{when: "answers.x in [1, 'a', null]", next: c}], otherwise: start}
  c: {collect: {prompt: a, as: number, into: answers.x, max_attempts: 1}, on_exhausted: d, next: b}
  d:
    queue: {skill: s, wait_prompt: a, offer_callback_after: 0, callback_prompt: a}
    on_callback: e
    next: start
  e: {callback: {prompt: missing, offers: {"1": {in: 60}}}, keys: {"2": f}, on_timeout: f, next: f}
  f: {set: {language: en, disposition: x}, suppress: {scope: all}, sms: {prompt: a}, next: g}
  g: {appointment: {do: move, slot_from: answers.x}, next: start}
"""
FLOWS["wild"] = load(WILD)
WAITS = AskKeys | AskWords | InQueue | Transfer | Record | Fetch


def is_whole(turn: Turn, flow: str) -> None:
    """What must be true of every turn of every session."""
    definition = FLOWS[flow]
    by_sms = turn.state["channel"] == "sms"
    assert (turn.outcome is None) is isinstance(turn.wait, WAITS)
    assert turn.state["outcome"] == turn.outcome
    assert json.loads(json.dumps(turn.state, allow_nan=False)) == turn.state
    json.dumps(asdict(turn), allow_nan=False).encode("utf-8")
    json.dumps(turn.state, ensure_ascii=False).encode("utf-8")
    assert turn.state["steps"] <= definition.limits.steps + 1
    assert max(turn.state["visits"].values(), default=0) <= definition.limits.visits_per_step + 1
    assert turn.wait is None or isinstance(turn.wait, Fetch) or by_sms is isinstance(turn.wait, AskWords)
    assert all(spoken.text or spoken.audio for spoken in turn.spoken)


@pytest.mark.parametrize("flow", sorted(FLOWS))
@settings(max_examples=60, deadline=None)
@given(facts=FACTS, opening=OPENINGS, inputs=st.lists(INPUTS, max_size=40))
def test_no_sequence_of_inputs_can_crash_a_session_or_leave_it_without_an_end(
    flow: str, facts: dict[str, Any], opening: dict[str, Any], inputs: list[Any]
) -> None:
    turn = begin(FLOWS[flow], facts, now=NOON, **opening)
    is_whole(turn, flow)
    for given_now in inputs:
        straight = resume(FLOWS[flow], turn.state, given_now, now=NOON)
        through_json = resume(FLOWS[flow], json.loads(json.dumps(turn.state)), given_now, now=NOON)
        assert straight == through_json
        is_whole(straight, flow)
        turn = straight
    turn = resume(FLOWS[flow], turn.state, Hangup(), now=NOON)
    assert turn.outcome


@pytest.mark.parametrize("flow", sorted(FLOWS))
@settings(max_examples=20, deadline=None)
@given(opening=OPENINGS, choices=st.lists(KEYS, min_size=1, max_size=6))
def test_a_session_that_is_only_answered_ends_within_its_limits(
    flow: str, opening: dict[str, Any], choices: list[str]
) -> None:
    definition = FLOWS[flow]
    facts = {"contact": {"first_name": "Ana", "birth_year": 1980}, "platform": {"open_now": True}}
    turn = begin(definition, facts, now=NOON, **opening)
    for count in range(definition.limits.steps + 1):
        if turn.outcome is not None:
            break
        answer = (
            QueueEnded("unavailable")
            if isinstance(turn.wait, InQueue)
            else Keys(choices[count % len(choices)])
        )
        turn = resume(definition, turn.state, answer, now=NOON)
    assert turn.outcome is not None

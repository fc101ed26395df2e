"""Small flows and short conversations: what each test of the engine needs, with defaults that pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr_flows import Definition, Hangup, Input, Keys, NoKeys, QueueEnded, Turn, Words, begin, load, resume
from ivr_flows.testing import heard

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
ANA: dict[str, Any] = {
    "contact": {"first_name": "Ana", "last_name": "Martin", "birth_year": 1980},
    "platform": {"phone": "01 99 00 12 34", "open_now": True},
}

HEAD = """\
schema: 1
id: tried
title: {fr: Essai}
direction: inbound
languages: [fr, en]
channels: [voice, sms]
limits: {steps: 30, visits_per_step: 4}
prompts:
  ask: {says: neutral, fr: {text: "Tapez 1 ou 2."}, en: {text: "Press 1 or 2."}}
  sorry: {says: neutral, fr: {text: "Pardon ?"}, en: {text: "Sorry?"}}
  silent: {says: neutral, fr: {text: "Vous êtes là ?"}, en: {text: "Are you there?"}}
  bye:
    says: neutral
    fr: {text: "Au revoir {contact.first_name}."}
    en: {text: "Goodbye {contact.first_name}."}
steps:
"""


@dataclass
class Talk:
    """A conversation that is going on; each word returns it, so that they can be chained."""

    definition: Definition
    turn: Turn
    turns: list[Turn] = field(default_factory=list)
    flows: dict[str, Definition] = field(default_factory=dict)

    def give(self, given: Input) -> Talk:
        state = json.loads(json.dumps(self.turn.state))
        self.turn = resume(self.definition, state, given, now=NOON, flows=self.flows)
        self.turns.append(self.turn)
        return self

    def press(self, *keys: str) -> Talk:
        for key in keys:
            self.give(Keys(key))
        return self

    def text(self, words: str) -> Talk:
        return self.give(Words(words))

    def silence(self, times: int = 1) -> Talk:
        for _ in range(times):
            self.give(NoKeys())
        return self

    def queue(self, how: Any) -> Talk:
        return self.give(QueueEnded(how))

    def hang_up(self) -> Talk:
        return self.give(Hangup())

    @property
    def ids(self) -> list[str]:
        return [spoken.prompt_id for spoken in heard(self.turn)]

    @property
    def words(self) -> str:
        return " ".join(spoken.text for spoken in heard(self.turn))

    @property
    def effects(self) -> list[Any]:
        return [effect for turn in self.turns for effect in turn.effects]

    @property
    def outcome(self) -> str | None:
        return self.turn.outcome

    @property
    def step(self) -> str:
        return str(self.turn.state["step"])


@pytest.fixture
def flow_text() -> Callable[[str], str]:
    """The text of a small inbound flow with these steps (written with two spaces of indent)."""

    def write(steps: str) -> str:
        return HEAD + steps

    return write


@pytest.fixture
def call() -> Callable[..., Talk]:
    """Begin a conversation with a small flow; ``whole=True`` takes the text as the whole file.

    ``flows`` are the steps of its sub-flows by id.
    """

    def start(
        steps: str, *, whole: bool = False, facts: Any = None, flows: Any = None, **options: Any
    ) -> Talk:
        definition = load(steps if whole else HEAD + steps)
        inner = {
            name: load(HEAD.replace("id: tried", f"id: {name}") + text)
            for name, text in (flows or {}).items()
        }
        options = {"channel": "voice", "answered_by": "human", "now": NOON, **options}
        turn = begin(definition, ANA if facts is None else facts, flows=inner, **options)
        return Talk(definition, turn, [turn], inner)

    return start

"""Running conversations against a flow, and what they leave unvisited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.conversations import Conversation, Exchange, read_conversations
from ivr_flows.definition import Definition
from ivr_flows.effects import (
    Appointment,
    BookCallback,
    Effect,
    Recorded,
    SendSms,
    SetDisposition,
    SetValue,
    Suppress,
)
from ivr_flows.pinning import NO_FLOWS, Flows
from ivr_flows.session import begin, resume
from ivr_flows.steps.end import End
from ivr_flows.turns import AskKeys, Hop, InQueue, Record, Spoken, Turn


@dataclass(frozen=True, slots=True)
class Result:
    """How one conversation went; no ``problems`` means that it passed."""

    name: str
    line: int
    outcome: str | None
    problems: tuple[str, ...]
    path: tuple[Hop, ...]

    @property
    def passed(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Coverage:
    """Steps entered and exits taken, out of those the file declares (``start.keys.1``)."""

    steps: frozenset[str]
    exits: frozenset[str]
    missing_steps: tuple[str, ...]
    missing_exits: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not (self.missing_steps or self.missing_exits)

    @property
    def percent(self) -> tuple[float, float]:
        """Steps and exits visited, each of 100."""
        pairs = ((self.steps, self.missing_steps), (self.exits, self.missing_exits))
        steps, exits = (100.0 * (1 - len(missing) / (len(every) or 1)) for every, missing in pairs)
        return steps, exits


@dataclass(frozen=True, slots=True)
class Report:
    """All the conversations beside one flow."""

    flow: str
    results: tuple[Result, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)


def run(definition: Definition, text: str, flows: Flows = NO_FLOWS) -> Report:
    """Run a file of conversations; raises :class:`FlowInvalid` when it cannot be read.

    ``flows`` are the sub-flows by id; their steps are not part of the coverage.
    """
    results = tuple(converse(definition, each, flows) for each in read_conversations(text))
    return Report(definition.id, results, coverage(definition, (result.path for result in results)))


def converse(definition: Definition, conversation: Conversation, flows: Flows = NO_FLOWS) -> Result:
    """Hold one conversation, noting everything that differs from what was expected."""
    problems: list[str] = []
    turn = begin(
        definition,
        conversation.facts,
        channel=conversation.channel,
        language=conversation.language,
        answered_by=conversation.answered_by,
        now=conversation.now,
        flows=flows,
    )
    turns = [turn]
    for exchange in conversation.exchanges:
        problems += _not_heard(definition, turn, exchange)
        if exchange.given is None:
            break
        if turn.outcome is not None:
            problems.append(f"line {exchange.line}: the session had already ended as {turn.outcome}")
            break
        turn = resume(definition, turn.state, exchange.given, now=conversation.now, flows=flows)
        turns.append(turn)
    problems += _differences(conversation, turns)
    path = tuple(hop for each in turns for hop in each.path)
    return Result(conversation.name, conversation.line, turn.outcome, tuple(problems), path)


def heard(turn: Turn) -> tuple[Spoken, ...]:
    """Everything the person hears in a turn, in order: what is said, then the question or the wait."""
    if isinstance(turn.wait, AskKeys | Record):
        return (*turn.spoken, *turn.wait.prompts)
    if isinstance(turn.wait, InQueue):
        return (*turn.spoken, turn.wait.wait_prompt)
    return turn.spoken


def coverage(definition: Definition, paths: Iterable[tuple[Hop, ...]]) -> Coverage:
    """What some sessions visited of a flow."""
    hops = [hop for path in paths for hop in path]
    steps = frozenset(definition.steps)
    exits = frozenset(_declared_exits(definition))
    entered = {hop.to for hop in hops}
    taken = {f"{hop.step}.{hop.exit}" for hop in hops}
    return Coverage(steps, exits, tuple(sorted(steps - entered)), tuple(sorted(exits - taken)))


def as_data(effect: Effect) -> dict[str, Any]:
    """An effect as a conversation writes it: ``{sms: advice}``, ``{callback: {in: 60}}``."""
    match effect:
        case SetValue(name, value):
            return {"set": {name: value}}
        case SendSms(prompt_id):
            return {"sms": prompt_id}
        case Suppress(scope):
            return {"suppress": scope}
        case SetDisposition(name):
            return {"disposition": name}
        case BookCallback(time=str(time)):
            return {"callback": {"time": time}}
        case BookCallback(minutes, at, days):
            when = {"in": minutes} if minutes is not None else {"at": at}
            return {"callback": {**when, **({"days": days} if days else {})}}
        case Appointment(action, slot):
            return {"appointment": {"do": action, **({"slot": slot} if slot else {})}}
        case Recorded(_, seconds):
            return {"recorded": seconds}


def _declared_exits(definition: Definition) -> Iterable[str]:
    for name, step in definition.steps.items():
        yield from (f"{name}.{exit.name}" for exit in step.exits())
        if any(isinstance(action, End) for action in step.actions):
            yield f"{name}.end"


def _not_heard(definition: Definition, turn: Turn, exchange: Exchange) -> list[str]:
    spoken = heard(turn)
    ids = {each.prompt_id for each in spoken}
    texts = " ".join(each.text for each in spoken)
    missing = (
        part
        for part in exchange.heard
        if (part not in ids if part in definition.prompts else part.casefold() not in texts.casefold())
    )
    return [f"line {exchange.line}: {part!r} was not heard, but {texts[:160]!r}" for part in missing]


def _differences(conversation: Conversation, turns: list[Turn]) -> list[str]:
    problems = []
    done = [as_data(effect) for turn in turns for effect in turn.effects]
    expected: list[Mapping[str, Any]] = list(conversation.effects or ())
    if conversation.effects is not None and done != expected:
        problems.append(f"effects were {done}, not {expected}")
    outcome = turns[-1].outcome
    if outcome != conversation.outcome:
        problems.append(f"the outcome was {outcome}, not {conversation.outcome}")
    return problems

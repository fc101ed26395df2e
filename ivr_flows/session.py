"""A conversation, one turn at a time: ``begin`` once, ``resume`` with each thing that happens.

Pure: the same definition, state, input and time give the same turn, and whatever is given, a
session neither fails nor goes on for ever. Every step entered and every answer taken counts against
the limits of the flow; beyond them the session ends as ``flow-limit``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ivr_flows.definition import Definition
from ivr_flows.effects import Suppress
from ivr_flows.pinning import NO_FLOWS, Flows, called, same_versions
from ivr_flows.run import Run
from ivr_flows.steps import Action, Descend, Finish, Go, Move, Pause, Step
from ivr_flows.steps.flow import DEEPEST, SubFlow
from ivr_flows.steps.record import LONGEST_SID
from ivr_flows.text import clean, fold, plain
from ivr_flows.turns import (
    Channel,
    Hangup,
    Hop,
    Input,
    Keys,
    MachineVerdict,
    NoKeys,
    Recording,
    Turn,
    Verdict,
    Wait,
    Words,
    normalise_verdict,
)
from ivr_flows.vocabulary import STOP_WORDS

START = "start"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING = object()


def begin(
    definition: Definition,
    facts: Mapping[str, Any],
    *,
    channel: Channel,
    language: str | None = None,
    answered_by: str | None = None,
    now: datetime,
    flows: Flows = NO_FLOWS,
) -> Turn:
    """The first turn.

    ``facts`` is nested (``{"contact": {"first_name": "Ana"}}``); only those the flow reads are kept.
    ``answered_by`` may be in the carrier's words (``machine_end_beep``). An unknown language falls
    back to the contact's own, then to the flow's first. ``flows`` are the sub-flows by id, with the
    sub-flows of those; the session is pinned to the versions given here (:func:`pins`).
    """
    pinned = called(definition, flows)
    state: dict[str, Any] = {
        "schema": 1,
        "flow": definition.id,
        "version": definition.version,
        "pins": {name: each.version for name, each in pinned.items()},
        "inside": [],
        "channel": channel,
        "language": _language(definition, language, facts),
        "step": START,
        "steps": 0,
        "visits": {},
        "attempts": 0,
        "human": False,
        "facts": _facts((definition, *pinned.values()), facts),
        "values": {},
        "disposition": None,
        "outcome": None,
    }
    run = Run(definition, state, now, pinned)
    verdict = normalise_verdict(answered_by)
    if verdict in ("machine", "fax"):
        return _advance(run, _machine(run, verdict, START))
    return _advance(run, Go("begin", START))


def resume(
    definition: Definition,
    state: Mapping[str, Any],
    given: Input,
    *,
    now: datetime,
    flows: Flows = NO_FLOWS,
) -> Turn:
    """The next turn. ``state`` is left untouched.

    Raises :class:`FlowVersionMismatch` when the state belongs to another version: load the version
    the session began with. A session that has ended stays ended.
    """
    same_versions(definition, state, flows)
    run = Run(definition, copy.deepcopy(dict(state)), now, flows)
    if run.state["outcome"] is not None:
        return run.turn(None)
    return _advance(run, _respond(run, _cleaned(given)))


def waiting_for(definition: Definition, state: Mapping[str, Any], *, flows: Flows = NO_FLOWS) -> Wait | None:
    """What the session waits for now, without giving it anything; None when it has ended.

    For a caller who comes back from a round of waiting music: is this person in a queue?
    """
    same_versions(definition, state, flows)
    run = Run(definition, copy.deepcopy(dict(state)), EPOCH, flows)
    step = run.definition.steps[run.step]
    if run.state["outcome"] is not None or step.question is None:
        return None
    again = step.actions[step.question].again(run)
    return again.wait if isinstance(again, Pause) else None


def _cleaned(given: Input) -> Input:
    """What a person typed, bounded and free of characters that no store accepts."""
    match given:
        case Keys(digits):
            return Keys(clean(digits[:100]))
        case Words(text):
            return Words(clean(text[:2000]))
        case Recording(sid, seconds):
            return Recording(clean(sid[:LONGEST_SID]), seconds)
    return given


def _respond(run: Run, given: Input) -> Move:
    """What comes from everywhere (hang-up, machine, STOP) first; then the question of the step."""
    step = run.definition.steps[run.step]
    if step.question is None:  # a state that no turn of ours left behind
        return Finish("flow-broken", whole=True)
    waiting = step.actions[step.question]
    match given:
        case Hangup():
            return Finish(run.disposition or waiting.left_as, "hangup", whole=True)
        case MachineVerdict(answered_by):
            return _machine(run, normalise_verdict(answered_by), run.step) or waiting.again(run)
        case Words(text) if run.by_sms and fold(text) in STOP_WORDS:
            run.effects.append(Suppress("sms"))
            return Finish("opted-out", "stop", whole=True)
        case NoKeys() if run.by_sms:
            return Finish(run.disposition or "no-input", "expired", whole=True)
    if not waiting.hears(given):
        return waiting.again(run)
    return _answer(run, step, waiting, given)


def _answer(run: Run, step: Step, waiting: Action, given: Input) -> Move:
    """Count the answer, give it to the question, and go on with the rest of the step."""
    if isinstance(given, Words) or (isinstance(given, Keys) and given.digits):
        run.state["human"] = True
    run.state["steps"] += 1
    if run.state["steps"] > run.root.limits.steps:
        return _limit(run)
    return waiting.answer(run, given) or _continue(run, step, step.actions.index(waiting) + 1)


def _machine(run: Run, verdict: Verdict | None, step: str) -> Move:
    """Where a machine or a fax leads; None when the verdict changes nothing.

    A key pressed proves a person, whatever a late verdict says. A sub-flow that says nothing of
    machines is left for the flow that called it.
    """
    if run.state["human"] or run.by_sms or verdict not in ("machine", "fax"):
        return None
    if verdict == "fax":
        return Finish("fax", "fax", whole=True)
    while True:
        steps = run.definition.steps
        target = steps[step].on_machine or steps[START].on_machine
        if target or not run.inside:
            break
        step = run.state["step"] = run.inside.pop()["step"]
    return Go("on_machine", target) if target else Finish("machine", "machine", whole=True)


def _advance(run: Run, move: Move) -> Turn:
    """Follow moves until the session waits or ends; every step entered is counted."""
    while True:
        match move:
            case Go(exit, to):
                run.hop(exit, to)
                move = _enter(run, to)
            case Pause(wait):
                return run.turn(wait)
            case Descend(flow):
                move = _descend(run, flow)
            case Finish(outcome, exit, whole) if run.inside and not whole:
                move = _ascend(run, outcome, exit)
            case Finish(outcome, exit):
                run.hop(exit, None)
                run.state["outcome"] = outcome
                return run.turn(None)
            case None:
                move = Finish(run.disposition or "completed")


def _descend(run: Run, flow: str) -> Move:
    """Into a sub-flow: the frame keeps the step to come back to."""
    if flow not in run.flows or len(run.inside) >= DEEPEST:
        return Finish("flow-broken", whole=True)
    before = run.place(run.step)
    run.inside.append({"flow": flow, "step": run.step})
    run.path.append(Hop(before, "flow", run.place(START)))
    return _enter(run, START)


def _ascend(run: Run, outcome: str, exit: str) -> Move:
    """Back to the step that called, which goes on by the outcome."""
    before = run.place(run.step)
    run.state["step"] = run.inside.pop()["step"]
    run.path.append(Hop(before, exit, run.place(run.step)))
    for action in run.definition.steps[run.step].actions:
        if isinstance(action, SubFlow):
            return action.back(outcome)
    return Finish("flow-broken", whole=True)


def _enter(run: Run, to: str) -> Move:
    step = run.definition.steps.get(to)
    if step is None:
        return Finish("flow-broken", whole=True)
    visits: dict[str, int] = run.state["visits"]
    place = run.place(to)
    visits[place] = visits.get(place, 0) + 1
    run.state["steps"] += 1
    most = run.definition.limits.visits_per_step
    if run.state["steps"] > run.root.limits.steps or visits[place] > most:
        return _limit(run)
    run.state["step"], run.state["attempts"] = to, 0
    return _continue(run, step, 0)


def _continue(run: Run, step: Step, first: int) -> Move:
    for action in step.actions[first:]:
        move = action.enter(run)
        if move is not None:
            return move
    return None


def _limit(run: Run) -> Move:
    if run.definition.limits.say:
        run.say(run.definition.limits.say)
    return Finish("flow-limit", whole=True)


def _language(definition: Definition, asked: str | None, facts: Mapping[str, Any]) -> str:
    for language in (asked, _lookup(facts, "contact.language")):
        for known in (language, str(language).partition("-")[0]):
            if known in definition.languages:
                return str(known)
    return definition.languages[0]


def _facts(definitions: Iterable[Definition], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts the flows read, flat, as plain JSON; what none of them reads is not kept."""
    reads: frozenset[str] = frozenset().union(*(each.reads for each in definitions))
    found = ((name, _lookup(facts, name)) for name in sorted(reads))
    return {name: plain(value) for name, value in found if value is not _MISSING}


def _lookup(facts: Any, name: str) -> Any:
    for part in name.split("."):
        if not isinstance(facts, Mapping) or part not in facts:
            return _MISSING
        facts = facts[part]
    return facts

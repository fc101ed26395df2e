"""The steps of a flow as a graph: what leads where, what can be reached, where a session can end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr_flows.definition import Definition
from ivr_flows.pinning import NO_FLOWS, Flows
from ivr_flows.steps import REPEAT, Exit, Step
from ivr_flows.steps.branch import Branch
from ivr_flows.steps.collect import IDENTITY
from ivr_flows.steps.end import End
from ivr_flows.steps.flow import SubFlow
from ivr_flows.steps.set import Set
from ivr_flows.text import kebab
from ivr_flows.vocabulary import RESERVED_OUTCOMES

START = "start"
ANY = "*"


@dataclass(frozen=True)
class Graph:
    """Edges between existing steps; ``repeat`` is not an edge, its attempts are bounded."""

    definition: Definition
    edges: Mapping[str, tuple[Exit, ...]]

    @classmethod
    def of(cls, definition: Definition, *, by_sms: bool = False) -> Graph:
        """The graph of a flow; by SMS nothing answers like a machine, and some conditions are decided."""
        edges = {name: tuple(_edges(step, definition, by_sms)) for name, step in definition.steps.items()}
        return cls(definition, edges)

    def after(self, name: str) -> Iterable[str]:
        """The steps one exit away."""
        return (exit.to for exit in self.edges[name])

    def reachable(self, starts: Iterable[str]) -> set[str]:
        """These steps and all that can follow."""
        found: set[str] = set()
        waiting = [name for name in starts if name in self.edges]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.after(name))
        return found

    def cycles(self, names: set[str]) -> list[frozenset[str]]:
        """The groups among these steps that can go round among themselves for ever."""
        inside = Graph(
            self.definition,
            {n: tuple(e for e in self.edges[n] if e.to in names) for n in self.edges if n in names},
        )
        follows = {name: inside.reachable(inside.after(name)) for name in inside.edges}
        round_trips = {
            frozenset(other for other in follows[name] if name in follows[other])
            for name in inside.edges
            if name in follows[name]
        }
        return sorted(round_trips, key=sorted)

    def by_identity(self, flows: Flows = NO_FLOWS) -> dict[str, set[bool]]:
        """For each reachable step, whether identity may be confirmed (True) or not (False) there.

        ``flows`` are the sub-flows known: an outcome of one that is only reached by a confirmed person
        confirms here too.
        """
        found: dict[str, set[bool]] = {}
        waiting = [(START, False)]
        while waiting:
            name, confirmed = waiting.pop()
            if confirmed in found.setdefault(name, set()):
                continue
            found[name].add(confirmed)
            confirming = _confirming(self.definition, self.definition.steps[name], flows)
            for exit in self.edges[name]:
                waiting.append((exit.to, confirmed or exit.name in confirming))
        return found


def _confirming(definition: Definition, step: Step, flows: Flows) -> set[str]:
    """The exits by which only a confirmed person leaves."""
    found: set[str] = set()
    for action in step.actions:
        if action.asks and IDENTITY in action.writes():
            found.add("next")
        elif isinstance(action, SubFlow) and action.flow in flows:
            below = {name: each for name, each in flows.items() if name != action.flow}
            sure = _proven(_confirmed_outcomes(flows[action.flow], below), _dispositions(definition))
            found |= {f"outcomes.{name}" for name in action.outcomes if kebab(name) in sure}
    return found


def _confirmed_outcomes(definition: Definition, flows: Flows) -> set[str]:
    """The outcomes of a sub-flow that nobody comes to without having confirmed who they are.

    A session that is cut short ends by its disposition or as the engine says, so that an outcome of
    such a name proves nothing.
    """
    ends: dict[str, set[bool]] = {}
    for name, states in Graph.of(definition).by_identity(flows).items():
        for end in (action for action in definition.steps[name].actions if isinstance(action, End)):
            here = {True} if "next" in _confirming(definition, definition.steps[name], flows) else states
            ends.setdefault(end.outcome, set()).update({False} if end.unless_set else here)
    proves_nothing = set(RESERVED_OUTCOMES).union(*map(_dispositions, (definition, *flows.values())))
    return _proven({outcome for outcome, states in ends.items() if states == {True}}, proves_nothing)


def _proven(outcomes: set[str], proves_nothing: set[str]) -> set[str]:
    return set() if ANY in proves_nothing else outcomes - proves_nothing


def _dispositions(definition: Definition) -> set[str]:
    """The names that a flow sets as disposition; :data:`ANY` when it computes one."""
    found: set[str] = set()
    for action in (action for step in definition.steps.values() for action in step.actions):
        for name, value in action.values if isinstance(action, Set) else ():
            if name == "disposition":
                found.add(kebab(value) if isinstance(value, str) else ANY)
    return found


def _edges(step: Step, definition: Definition, by_sms: bool) -> Iterator[Exit]:
    never = _never_by_sms(step) if by_sms else frozenset()
    for exit in step.exits():
        if exit.to != REPEAT and exit.to in definition.steps and exit.name not in never:
            yield exit


def _never_by_sms(step: Step) -> frozenset[str]:
    """The exits that no SMS takes: of machines, and of conditions that ask for the channel."""
    never = {"on_machine"}
    for branch in (action for action in step.actions if isinstance(action, Branch)):
        decided = False
        for index, (condition, _) in enumerate(branch.cases):
            known = condition.names <= _BY_SMS.keys()
            if decided or (known and not condition.test(_BY_SMS.get)):
                never.add(f"branch.{index}")
            decided = decided or (known and condition.test(_BY_SMS.get))
        if decided:
            never.add("otherwise")
    return frozenset(never)


_BY_SMS = {"session.channel": "sms", "call.has_number": True}

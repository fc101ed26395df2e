"""The steps of a flow as a graph: what leads where, what can be reached, where a session can end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr_flows.definition import Definition
from ivr_flows.steps import REPEAT, Exit, Step
from ivr_flows.steps.branch import Branch
from ivr_flows.steps.collect import IDENTITY

START = "start"


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

    def by_identity(self) -> dict[str, set[bool]]:
        """For each reachable step, whether identity may be confirmed (True) or not (False) there."""
        found: dict[str, set[bool]] = {}
        waiting = [(START, False)]
        while waiting:
            name, confirmed = waiting.pop()
            if confirmed in found.setdefault(name, set()):
                continue
            found[name].add(confirmed)
            matches = any(
                IDENTITY in action.writes() for action in self.definition.steps[name].actions if action.asks
            )
            for exit in self.edges[name]:
                waiting.append((exit.to, confirmed or (matches and exit.name == "next")))
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

"""A Studio definition as it was exported: states, their transitions, the conditions on these."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_flows.importing.source import MOST_STATES, ImportRefused, items, mapping, raw, text

TRIGGERS = frozenset({"trigger", "initialstate", "initial-state"})


@dataclass(frozen=True, slots=True)
class Condition:
    """``subject`` is a Liquid text, usually ``{{widgets.menu.Digits}}``."""

    type: str
    value: str
    subject: str


@dataclass(frozen=True, slots=True)
class Transition:
    """``next`` is the name of a state, or None where the flow ends."""

    event: str
    next: str | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class State:
    """One widget on the canvas."""

    name: str
    type: str
    properties: Mapping[str, Any]
    transitions: tuple[Transition, ...]

    def to(self, *events: str) -> str | None:
        """Where the first of these events leads."""
        found = (t.next for event in events for t in self.transitions if t.event == event and t.next)
        return next(found, None)

    def after(self) -> Iterator[str]:
        """Every state that may follow."""
        return (transition.next for transition in self.transitions if transition.next)

    def texts(self) -> Iterator[str]:
        """Every text of the widget in which a variable may stand."""
        yield from _texts(self.properties)
        for transition in self.transitions:
            for condition in transition.conditions:
                yield condition.subject
                yield condition.value


@dataclass(frozen=True, slots=True)
class Definition:
    """``doubles`` are states whose name was taken: nothing can lead to them."""

    description: str
    start: State | None
    states: Mapping[str, State]
    doubles: tuple[State, ...] = field(default=())


def definition_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The definition itself, out of the answer of Studio's interface or of a file that holds it."""
    inner = data.get("definition")
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except (ValueError, RecursionError):
            inner = None
    return {"description": data.get("friendly_name"), **inner} if isinstance(inner, dict) else data


def read_definition(data: Mapping[str, Any]) -> Definition:
    """Read leniently what is there; raises :class:`ImportRefused` when there are no states, or too many."""
    listed = [state for state in map(_state, items(data.get("states"))) if state is not None]
    if not listed:
        raise ImportRefused("the definition has no states: export the flow from Studio again")
    if len(listed) > MOST_STATES:
        raise ImportRefused(f"the definition has over {MOST_STATES} states: divide the flow")
    states: dict[str, State] = {}
    doubles = []
    for state in listed:
        if state.name in states:
            doubles.append(state)
        else:
            states[state.name] = state
    triggers = [state for state in listed if state.type.lower() in TRIGGERS]
    start = states.get(raw(data, "initial_state", "initialState"))
    start = start or (triggers[0] if triggers else listed[0])
    return Definition(text(data, "description", "friendly_name"), start, states, tuple(doubles))


def _state(node: Any) -> State | None:
    if not isinstance(node, dict):
        return None
    transitions = (_transition(item) for item in items(node.get("transitions")) if isinstance(item, dict))
    return State(
        name=raw(node, "name", "sid") or "unnamed",
        type=text(node, "type") or "unknown",
        properties=mapping(node.get("properties")),
        transitions=tuple(transitions),
    )


def _transition(node: Mapping[str, Any]) -> Transition:
    conditions = (_condition(item) for item in items(node.get("conditions")) if isinstance(item, dict))
    return Transition(raw(node, "event"), raw(node, "next") or None, tuple(conditions))


def _condition(node: Mapping[str, Any]) -> Condition:
    arguments = [item for item in items(node.get("arguments")) if isinstance(item, str)]
    return Condition(text(node, "type").lower(), raw(node, "value"), arguments[0] if arguments else "")


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts(child)

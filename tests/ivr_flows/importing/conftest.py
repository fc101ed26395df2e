"""Small exports, written by hand: what each test of the import needs, with defaults that pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ivr_flows import Definition, load
from ivr_flows.importing import Imported, Options, import_flows


def widget(name: str, kind: str, after: dict[str, str | None], **properties: Any) -> dict[str, Any]:
    """One state of Studio; ``after`` leads from events to states."""
    transitions = [{"event": event, **({"next": to} if to else {})} for event, to in after.items()]
    return {"name": name, "type": kind, "transitions": transitions, "properties": properties}


def match(to: str | None, type_: str, value: str, subject: str = "{{widgets.ask.Digits}}") -> dict[str, Any]:
    """One transition of a split."""
    condition = {"friendly_name": value, "arguments": [subject], "type": type_, "value": value}
    return {"event": "match", "conditions": [condition], **({"next": to} if to else {})}


def split(name: str, otherwise: str | None, *matches: dict[str, Any]) -> dict[str, Any]:
    """A split on these matches."""
    state = widget(name, "split-based-on", {"noMatch": otherwise}, input="{{widgets.ask.Digits}}")
    state["transitions"] += matches
    return state


def studio(*states: dict[str, Any], first: str | None = None, event: str = "incomingCall") -> str:
    """A definition that begins with the first of these states."""
    trigger = widget("Trigger", "trigger", {event: first or states[0]["name"]})
    return json.dumps(
        {"description": "Tried", "initial_state": "Trigger", "states": [trigger, *states], "flags": {}}
    )


def say(name: str, text: str, after: str | None = None) -> dict[str, Any]:
    """A widget that speaks."""
    return widget(name, "say-play", {"audioComplete": after}, say=text, loop=1)


@pytest.fixture
def imported() -> Callable[..., Imported]:
    """Import the one flow of a text, as French unless told otherwise."""

    def do(text: str, **options: Any) -> Imported:
        (flow,) = import_flows(text, Options(**{"languages": ("fr",), **options}))
        return flow

    return do


@pytest.fixture
def loaded(imported: Callable[..., Imported]) -> Callable[..., Definition]:
    """The definition that an import gives."""
    return lambda text, **options: load(imported(text, **options).text)

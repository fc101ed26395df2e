"""The kinds of steps in a drawing: a colour and a shape each, so that colour alone says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.saying import say


@dataclass(frozen=True, slots=True)
class Kind:
    """``shape`` is path data around the origin, about 12 pixels wide."""

    label: str
    colour: str
    shape: str


def _polygon(*points: float) -> str:
    pairs = zip(points[::2], points[1::2], strict=True)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in pairs) + "Z"


KINDS: dict[str, Kind] = {
    "todo": Kind(say("to do"), "#c92a2a", _polygon(0, -6, 6, 5, -6, 5)),
    "menu": Kind(say("menu"), "#2f6fde", _polygon(-5, -5, 5, -5, 5, 5, -5, 5)),
    "collect": Kind(say("collect"), "#8250df", _polygon(-3, -5, 6, -5, 3, 5, -6, 5)),
    "branch": Kind(say("branch"), "#b7791f", _polygon(0, -6, 6, 0, 0, 6, -6, 0)),
    "queue": Kind(say("queue"), "#1a7f37", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z"),
    "callback": Kind(say("callback"), "#0f8a8a", "M-5 0a5 5 0 1 0 10 0L0 0L0 -5A5 5 0 0 0 -5 0Z"),
    "transfer": Kind(say("transfer"), "#5a8f00", _polygon(-6, -2, 1, -2, 1, -6, 6, 0, 1, 6, 1, 2, -6, 2)),
    "record": Kind(
        say("record"), "#c2417c", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0ZM-2 0a2 2 0 1 1 4 0a2 2 0 1 1 -4 0Z"
    ),
    "http": Kind(
        say("other system"), "#8a5a33", _polygon(-6, -2, -2, -6, 2, -6, 6, -2, 6, 2, 2, 6, -2, 6, -6, 2)
    ),
    "flow": Kind(
        say("sub-flow"), "#4c51bf", _polygon(-6, -6, 3, -6, 3, -3, 6, -3, 6, 6, -3, 6, -3, 3, -6, 3)
    ),
    "suppress": Kind(
        say("opt-out"),
        "#d1453b",
        _polygon(-6, -3, -3, -6, 0, -3, 3, -6, 6, -3, 3, 0, 6, 3, 3, 6, 0, 3, -3, 6, -6, 3, -3, 0),
    ),
    "appointment": Kind(say("appointment"), "#00779e", _polygon(-5, -6, 5, -6, 5, 2, 0, 6, -5, 2)),
    "sms": Kind(say("SMS"), "#0b7285", _polygon(-6, -5, 6, -5, 6, 3, 0, 3, -4, 6, -4, 3, -6, 3)),
    "say": Kind(say("say"), "#5c6b7a", _polygon(-6, -2, -3, -2, 2, -6, 2, 6, -3, 2, -6, 2)),
    "set": Kind(say("set"), "#868e96", _polygon(-6, -4, 6, -4, 6, -1, -6, -1, -6, 1, 6, 1, 6, 4, -6, 4)),
    "end": Kind(say("end"), "#5c6b7a", _polygon(-5, -2, 5, -2, 5, 2, -5, 2)),
    "step": Kind(say("step"), "#5c6b7a", _polygon(-6, 0, 6, 0)),
}
"""In the order in which a step with several parts is named after one of them."""


def kind_of(node: Mapping[str, Any]) -> str:
    """The part that says best what a step is for."""
    return next((kind for kind in KINDS if kind in node), "step")

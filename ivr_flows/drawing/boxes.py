"""The boxes of a drawing: one for each step, with a line for each of its parts and of its exits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.definition import Definition
from ivr_flows.drawing.kinds import kind_of
from ivr_flows.drawing.traffic import FAILURES, LEFT, STAYING, Counts, Traffic
from ivr_flows.naming import EXITS, exit_in_words
from ivr_flows.reading import read
from ivr_flows.steps import REPEAT, Step

HEADER, LINE, PADDING, BAR = 24, 16, 6, 18
"""Heights in pixels: the band with the name, a line of text, the room below, the bar of who left."""

LONGEST_LINE = 34
"""Characters; the rest is in the tooltip."""

_LETTER = 6.3  # pixels of an average letter at 11 pixels, a little too many
_PARTS = ("set", "suppress", "appointment", "sms", "say", "menu", "collect", "queue", "callback", "transfer",
          "record", "http", "flow", "todo")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A way out: ``to`` is None where the question is asked again or the session ends."""

    exit: str
    label: str
    to: str | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A step to be drawn; sizes in pixels."""

    name: str
    kind: str
    ends: bool
    details: tuple[str, ...]
    rows: tuple[Row, ...]
    traffic: Traffic | None

    @property
    def width(self) -> int:
        """Wide enough for its longest line and the figures beside it."""
        figures = 11 if self.traffic else 1
        lines = [
            round(len(self.name) * 1.2) + 4,
            *map(len, self.details),
            *(len(row.label) * (1.15 if row.exit == "end" else 1) + figures for row in self.rows),
        ]
        return max(130, round(max(lines) * _LETTER) + 20)

    @property
    def height(self) -> int:
        """The band, one line for each part and exit, and the bar when figures are drawn."""
        return HEADER + LINE * (len(self.details) + len(self.rows)) + PADDING + (BAR if self.traffic else 0)

    def port(self, row: int) -> float:
        """How far below the top an exit leaves."""
        return HEADER + LINE * (len(self.details) + row) + LINE / 2 + 2


def boxes_of(definition: Definition, counts: Counts | None) -> dict[str, Box]:
    """Every step, in the order of the file."""
    written: Mapping[str, Any] = read(definition.source).data["steps"]
    boxes = {}
    for name, step in definition.steps.items():
        node = written[name]
        rows = tuple(_rows(definition, step, node))
        again = FAILURES - {row.exit for row in rows if row.to} | {row.exit for row in rows if row.again}
        traffic = None if counts is None else Traffic.of(counts, name, again)
        if traffic:
            rows = (*rows, *_undeclared(rows, traffic))
        boxes[name] = Box(name, kind_of(node), "end" in node, tuple(_details(node)), rows, traffic)
    return boxes


def shortened(text: str) -> str:
    """At most one line of a box."""
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


def _rows(definition: Definition, step: Step, node: Mapping[str, Any]) -> Iterator[Row]:
    for exit in step.exits():
        label = shortened(exit_in_words(definition, step.name, exit.name))
        again = exit.to in (REPEAT, step.name)
        yield Row(exit.name, label, None if again else exit.to, again)
    if "end" in node:
        end = node["end"]
        outcome = end if isinstance(end, str) else f"{end['default']}, or as set before"
        yield Row("end", shortened(f"end: {outcome}"), None)
    elif "next" not in node and ("queue" in node or "transfer" in node):
        yield Row("finish", "end: connected", None)


def _undeclared(rows: tuple[Row, ...], traffic: Traffic) -> Iterator[Row]:
    """Ways the engine took of its own accord (a fax, the last attempt), so that the figures add up."""
    declared = {row.exit for row in rows} | LEFT | STAYING
    for exit in sorted(set(traffic.taken) - declared):
        again = exit in FAILURES
        yield Row(exit, EXITS.get(exit, exit), None, again)


def _details(node: Mapping[str, Any]) -> Iterator[str]:
    for part in _PARTS:
        if part in node:
            yield shortened(f"{part}: {_summary(node[part])}")


def _summary(value: Any) -> str:
    if isinstance(value, Mapping):
        first = next((key for key in ("prompt", "do", "skill", "to", "host", "scope") if key in value), None)
        if first is None:
            return ", ".join(f"{key} = {_summary(item)}" for key, item in value.items())
        return f"{value['as']}, {value[first]}" if "as" in value else str(value[first])
    if isinstance(value, list):
        return ", ".join(map(_summary, value))
    return {True: "true", False: "false", None: "null"}.get(value, str(value))

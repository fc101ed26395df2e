"""``todo: "what is left to do"``: a place that an import could not fill.

It loads, so that the rest can be read, tested and drawn; lint refuses to publish it, and a session
that comes here all the same ends as ``flow-broken``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.steps.action import Action, Exit, Finish, Move, Node

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Todo(Action):
    """``outcomes`` keeps where the imported thing led."""

    what: str
    outcomes: Mapping[str, str]

    @classmethod
    def read(cls, _name: str, step: Node) -> Todo:
        return cls(step["todo"], step.get("outcomes", {}))

    @property
    def may_finish(self) -> bool:
        return True

    def enter(self, run: Run) -> Move:  # noqa: ARG002 - every action has the same signature
        return Finish("flow-broken", whole=True)

    def exits(self) -> tuple[Exit, ...]:
        return tuple(Exit(f"outcomes.{name}", to) for name, to in self.outcomes.items())

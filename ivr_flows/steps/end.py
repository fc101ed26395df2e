"""The last thing of a step: ``next: symptoms`` goes on, ``end: reached`` ends the session.

``end: {default: reached}`` ends with the disposition set before, else with the name given, so that
several results can share one goodbye.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.steps.action import Action, Exit, Finish, Go, Move, Node
from ivr_flows.text import kebab

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Next(Action):
    """Go on to another step."""

    to: str

    @classmethod
    def read(cls, _name: str, step: Node) -> Next:
        return cls(step["next"])

    def enter(self, run: Run) -> Move:  # noqa: ARG002 - every action has the same signature
        return Go("next", self.to)

    def exits(self) -> tuple[Exit, ...]:
        return (Exit("next", self.to),)


@dataclass(frozen=True, slots=True)
class End(Action):
    """End the session with an outcome."""

    outcome: str
    unless_set: bool

    @classmethod
    def read(cls, _name: str, step: Node) -> End:
        end = step["end"]
        return cls(kebab(end), False) if isinstance(end, str) else cls(kebab(end["default"]), True)

    @property
    def may_finish(self) -> bool:
        return True

    def enter(self, run: Run) -> Move:
        return Finish((self.unless_set and run.disposition) or self.outcome, "end")

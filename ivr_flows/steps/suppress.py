"""``suppress: {scope: purpose}``: the person said stop. Nothing in a flow can lift it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows import effects
from ivr_flows.steps.action import Action, Move, Node

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Suppress(Action):
    """Stop automated contact for this purpose, all SMS, or everything."""

    scope: effects.Scope

    @classmethod
    def read(cls, _name: str, step: Node) -> Suppress:
        return cls(step["suppress"]["scope"])

    def enter(self, run: Run) -> Move:
        run.effects.append(effects.Suppress(self.scope))
        return None

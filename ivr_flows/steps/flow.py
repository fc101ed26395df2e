"""``flow: identity``: hold another flow inside this one, and go on by the outcome it ends with.

``outcomes: {confirmed: symptoms}`` names the steps, ``otherwise`` the one for every other outcome.
Answers, language and disposition are shared; the steps of all flows count against the limits of the
first. What ends the whole session (hanging up, STOP, a fax, a limit) does so in a sub-flow too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Descend, Exit, Go, Move, Need, Node, StepInvalid
from ivr_flows.text import kebab

if TYPE_CHECKING:
    from ivr_flows.run import Run

DEEPEST = 5
"""How many sub-flows may be inside one another."""


@dataclass(frozen=True, slots=True)
class SubFlow(Action):
    """``outcomes`` maps outcomes of the other flow, in kebab-case, to steps of this one."""

    flow: str
    outcomes: Mapping[str, str]
    otherwise: str

    @classmethod
    def read(cls, _name: str, step: Node) -> SubFlow:
        if "otherwise" not in step:
            raise StepInvalid(
                ("flow",), say("a sub-flow without otherwise"), say("add otherwise: and a step")
            )
        return cls(step["flow"], step.get("outcomes", {}), step["otherwise"])

    def enter(self, run: Run) -> Move:  # noqa: ARG002 - every action has the same signature
        return Descend(self.flow)

    def back(self, outcome: str) -> Go:
        """Where the outcome of the other flow leads."""
        for name, to in self.outcomes.items():
            if kebab(name) == outcome:
                return Go(f"outcomes.{name}", to)
        return Go("otherwise", self.otherwise)

    def exits(self) -> tuple[Exit, ...]:
        outcomes = tuple(Exit(f"outcomes.{name}", to) for name, to in self.outcomes.items())
        return (*outcomes, Exit("otherwise", self.otherwise))

    def needs(self) -> tuple[Need, ...]:
        return (Need("flow", self.flow, ("flow",)),)

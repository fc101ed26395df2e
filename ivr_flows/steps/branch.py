"""``branch``: choose the next step by conditions, the first that holds wins.

``branch: [{when: "platform.open_now", next: to_agent}]`` with ``otherwise: closed`` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.expressions import Expression, ExpressionError, parse
from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Exit, Go, Move, Node, StepInvalid

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Branch(Action):
    """Conditions in the order of the file, and the step for when none holds."""

    cases: tuple[tuple[Expression, str], ...]
    otherwise: str

    @classmethod
    def read(cls, _name: str, step: Node) -> Branch:
        if "otherwise" not in step:
            raise StepInvalid(
                ("branch",), say("a branch without otherwise"), say("add otherwise: and a step")
            )
        cases = enumerate(step["branch"])
        return cls(tuple((_read(i, case["when"]), case["next"]) for i, case in cases), step["otherwise"])

    def enter(self, run: Run) -> Move:
        for index, (condition, to) in enumerate(self.cases):
            if condition.test(run.value):
                return Go(f"branch.{index}", to)
        return Go("otherwise", self.otherwise)

    def exits(self) -> tuple[Exit, ...]:
        cases = tuple(Exit(f"branch.{index}", to) for index, (_, to) in enumerate(self.cases))
        return (*cases, Exit("otherwise", self.otherwise))

    def reads(self) -> frozenset[str]:
        return frozenset().union(*(condition.names for condition, _ in self.cases))


def _read(index: int, when: str) -> Expression:
    try:
        return parse(when)
    except ExpressionError as error:
        path = ("branch", index, "when")
        raise StepInvalid(path, error.said, say("correct the condition"), "expression") from None

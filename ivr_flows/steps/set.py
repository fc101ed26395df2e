"""``set: {disposition: reached, "contact.isolating": true}``: remember facts and results.

Names are set in alphabetical order, because the order of keys in a file means nothing. A value is
literal, or ``{expr: "contact.birth_year < 1960"}``. ``language`` switches the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.effects import Scalar
from ivr_flows.expressions import Expression, ExpressionError, parse
from ivr_flows.reading import Path
from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Move, Node, StepInvalid

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Set(Action):
    """Set values, in alphabetical order of their names."""

    values: tuple[tuple[str, Scalar | Expression], ...]

    @classmethod
    def read(cls, _name: str, step: Node) -> Set:
        values = step["set"]
        return cls(tuple((name, read_value(values[name], ("set", name, "expr"))) for name in sorted(values)))

    def enter(self, run: Run) -> Move:
        for name, value in self.values:
            run.set(name, computed(value, run))
        return None

    def reads(self) -> frozenset[str]:
        return frozenset().union(*(v.names for _, v in self.values if isinstance(v, Expression)))

    def writes(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.values)


def read_value(written: object, path: Path) -> Scalar | Expression:
    """A literal, or the expression at ``path`` of the step."""
    if isinstance(written, dict):
        try:
            return parse(written["expr"])
        except ExpressionError as error:
            raise StepInvalid(path, error.said, say("correct the expression"), "expression") from None
    return written if isinstance(written, str | int | float | bool) else None


def computed(value: Scalar | Expression, run: Run) -> Scalar:
    """What a value is worth now."""
    return _scalar(value.value(run.value)) if isinstance(value, Expression) else value


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, str | int | float | bool) else None

"""``budget``: what a campaign may spend on one day."""

from typing import Any, Self

from pydantic import Field, model_validator

from callsvc.core.tariffs import read_tariffs
from callsvc.core.yaml_files import Part


class Budget(Part):
    """Of one day of Paris; 0 = no limit. A call in hand counts as ``longest_s``, then as it was billed.

    With minutes or euros a day the carrier ends a call after ``longest_s``, so that they are never passed,
    unless a person may be talking with an agent on it: dialing/budgets.py.
    tariffs: euros a minute, ``FR:mobile=0.035,*=0.20``; empty: the table of the settings.
    """

    minutes_a_day: int = Field(0, ge=0)
    euros_a_day: float = Field(0.0, ge=0)
    longest_s: int = Field(900, ge=60, le=3600)
    tariffs: str = ""

    @model_validator(mode="before")
    @classmethod
    def _without_what_was_expected(cls, given: Any) -> Any:
        """Files of before said what a call was expected to last; what it may last has taken its place."""
        return (
            {name: given[name] for name in given if name != "expected_s"}
            if isinstance(given, dict)
            else given
        )

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.tariffs:
            read_tariffs(self.tariffs)
        return self

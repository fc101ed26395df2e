"""``budget``: what a campaign may spend on one day."""

from typing import Self

from pydantic import Field, model_validator

from callsvc.campaigns.definitions.part import Part
from callsvc.core.tariffs import read_tariffs


class Budget(Part):
    """Of one day of Paris; 0 = no limit. A call in hand counts as ``expected_s``, then as it was billed.

    tariffs: euros a minute, ``FR:mobile=0.035,*=0.20``; empty: the table of the settings.
    """

    minutes_a_day: int = Field(0, ge=0)
    euros_a_day: float = Field(0.0, ge=0)
    expected_s: int = Field(90, gt=0, le=7200)
    tariffs: str = ""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.tariffs:
            read_tariffs(self.tariffs)
        return self

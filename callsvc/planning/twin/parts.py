"""The small parts that scenarios and recorded days are made of."""

from typing import Annotated

from pydantic import Field, model_validator

from callsvc.core.yaml_files import Part

Code = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Za-z-]{0,11}$")]


class Hours(Part):
    """From one hour of the day to another."""

    from_h: float = Field(0.0, ge=0, le=48, alias="from")
    to_h: float = Field(48.0, gt=0, le=48, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        if self.to_h <= self.from_h:
            raise ValueError("`to` is an hour after `from`")
        return self

    def holds(self, hour: float) -> bool:
        """Is this hour of the day within?"""
        return self.from_h <= hour < self.to_h


class Somewhere(Hours):
    """In these regions, or in all of them when none is named."""

    regions: list[Code] = Field(default_factory=list)


class OptOut(Somewhere):
    """These regions give no aid."""

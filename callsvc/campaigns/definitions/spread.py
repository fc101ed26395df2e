"""``spread``: not thrice in the same morning."""

from pydantic import Field, field_validator

from callsvc.campaigns.definitions.windows import minutes_of
from callsvc.core.yaml_files import Part


class Spread(Part):
    """How many calls one number gets, of every campaign, in one part of one day where the person lives.

    parts: the local times at which a part begins; the first one begins at midnight. 0 = no limit.
    """

    parts: list[str] = Field(default_factory=lambda: ["12:00", "17:00"], max_length=12)
    per_part_of_day: int = Field(2, ge=0, le=50)
    per_day: int = Field(0, ge=0, le=50)

    @field_validator("parts")
    @classmethod
    def _ascending(cls, parts: list[str]) -> list[str]:
        minutes = [minutes_of(part) for part in parts]
        if minutes != sorted(set(minutes)) or 0 in minutes:
            raise ValueError(
                "write the times at which parts of the day begin, each later than the one before"
            )
        return parts

    def bounds(self) -> tuple[int, ...]:
        """Minutes since local midnight at which a part begins, midnight included."""
        return (0, *(minutes_of(part) for part in self.parts))

"""``windows``: when people may be called, by the clock where they live."""

from datetime import time
from typing import Any

from pydantic import Field, field_validator

from callsvc.core.weekdays import Weekday
from callsvc.core.yaml_files import Part


class Window(Part):
    """Local time in the contact's own zone; ``to`` is exclusive and may be 24:00."""

    days: list[Weekday] = Field(min_length=1)
    opens: str = Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str = Field(alias="to", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")

    @field_validator("closes")
    @classmethod
    def _later(cls, closes: str, info: Any) -> str:
        if closes <= info.data.get("opens", ""):
            raise ValueError("a window closes after it opens; write a night as two windows")
        return closes

    def minutes(self) -> tuple[int, int]:
        """Minutes since local midnight."""
        return minutes_of(self.opens), minutes_of(self.closes)


def minutes_of(text: str) -> int:
    """Minutes since midnight of a local time: ``09:30`` is 570, ``24:00`` is 1440. Raises ValueError."""
    if text == "24:00":
        return 24 * 60
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute

"""The days of the week as files and columns write them, from Monday on, as ``date.weekday()`` counts."""

from typing import Final, Literal, get_args

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)

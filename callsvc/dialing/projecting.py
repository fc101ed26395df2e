"""When a list ends: arithmetic on hours, set-ups, lines, agents and retries. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Brake = Literal["pace", "lines", "agents", "retries", "hours", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What is to be expected of a list that starts now; every instant is lived.

    ends_at: when the last try (retries included) is over; None when that is beyond the horizon.
    first_tries_end_at: when everybody who may be called has had one try.
    calls: tries expected in all. reached: people expected to be spoken with.
    missed_today: share (0 to 1) of people who may be called but get no first try before the day's last window
    of theirs closes. held_back_by: what would have to grow for an earlier end.
    by_hour: (beginning of the hour, tries expected in it), without empty hours.
    """

    begins_at: datetime | None
    first_tries_end_at: datetime | None
    ends_at: datetime | None
    calls: int
    reached: int
    missed_today: float
    held_back_by: Brake
    by_hour: tuple[tuple[datetime, int], ...] = ()

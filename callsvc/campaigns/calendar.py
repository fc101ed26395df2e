"""When a person may be called: local windows, the law's grid, public holidays where they live.

All arithmetic starts from UTC and looks at local time, never the other way round, so that both nights on
which clocks change are right by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

_LOOK_AHEAD_DAYS = 15


@dataclass(frozen=True)
class LocalWindow:
    """Days (0 = Monday) and minutes since local midnight; ``closes`` is exclusive."""

    days: frozenset[int]
    opens: int
    closes: int


# Code de la consommation, art. L223-1 and its decree of 2022: weekdays 10-13 and 14-20, never on a holiday.
FRANCE_COMMERCIAL = (
    LocalWindow(frozenset(range(5)), 10 * 60, 13 * 60),
    LocalWindow(frozenset(range(5)), 14 * 60, 20 * 60),
)
# No law sets hours for public-health calls; this grid is ours: not before 8, not after 21.
PUBLIC_HEALTH = (LocalWindow(frozenset(range(7)), 8 * 60, 21 * 60),)
PRESETS: dict[str, tuple[LocalWindow, ...]] = {
    "france-commercial": FRANCE_COMMERCIAL,
    "public-health": PUBLIC_HEALTH,
    "none": (LocalWindow(frozenset(range(7)), 0, 24 * 60),),
}

# Subdivisions with holidays of their own, by department, as the `holidays` library names them.
_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


@lru_cache(maxsize=64)
def _holidays_of(subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision or None, years=year))


def is_holiday(day: date, department: str) -> bool:
    """Public holidays of the department: Alsace-Moselle and each overseas territory have their own.

    >>> is_holiday(date(2020, 12, 26), "67"), is_holiday(date(2020, 12, 26), "75")
    (True, False)
    """
    return day in _holidays_of(_SUBDIVISIONS.get(department, ""), day.year)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo | None:
    """The zone, or None for a name nobody knows: the caller then does not call."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@dataclass(frozen=True)
class Hours:
    """Everything that decides whether an instant is inside the hours of one person in one campaign."""

    zone: ZoneInfo
    department: str
    windows: Sequence[LocalWindow]
    preset: Sequence[LocalWindow]
    on_holidays: bool

    def open_at(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        if not self.on_holidays and is_holiday(local.date(), self.department):
            return False
        return _inside(self.windows, local) and _inside(self.preset, local)

    def next_opening(self, now: datetime) -> datetime | None:
        """The first instant from ``now`` on that is inside; None if there is none in two weeks."""
        if self.open_at(now):
            return now
        for candidate in self._openings(now):
            if candidate > now and self.open_at(candidate):
                return candidate
        return None

    def _openings(self, now: datetime) -> Iterator[datetime]:
        minutes = sorted({window.opens for window in (*self.windows, *self.preset)})
        today = now.astimezone(self.zone).date()
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = today + timedelta(days=ahead)
            for minute in minutes:
                local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self.zone)
                yield local.astimezone(UTC)


def _inside(windows: Sequence[LocalWindow], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return any(
        local.weekday() in window.days and window.opens <= minute < window.closes for window in windows
    )

"""When a person may be called: local windows, the law's grid, public holidays where they live.

All arithmetic starts from UTC and looks at local time, never the other way round, so that both nights on
which clocks change are right by themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callsvc.core.public_holidays import is_holiday

LOOK_AHEAD_DAYS = 70  # a Monday's window meets Easter Monday and Whit Monday, seven weeks apart
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class LocalWindow:
    """Days (0 = Monday) and minutes since local midnight; ``closes`` is exclusive."""

    days: frozenset[int]
    opens: int
    closes: int


# Code de la consommation, D223-9: Monday to Friday, 10-13 and 14-20; see presets.py for the rest of that law.
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


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo | None:
    """The zone, or None for a name nobody knows: the caller then does not call."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=4096)
def _instants_of(place: ZoneInfo, day: date, minute: int) -> tuple[datetime, ...]:
    """Every UTC instant at which the clocks there read this: two when they are put back, none in the gap."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    found = {wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(at for at in found if at.astimezone(place).replace(tzinfo=None) == wall))


@lru_cache(maxsize=1024)
def _clock_change(place: ZoneInfo, day: date) -> datetime | None:
    """The instant at which clocks change on this local day, to the minute; None on all other days."""
    low = datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC)
    high = low + timedelta(days=1)
    before = low.astimezone(place).utcoffset()
    if high.astimezone(place).utcoffset() == before:
        return None
    while high - low > _MINUTE:
        middle = low + timedelta(minutes=(high - low) // _MINUTE // 2)
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == before else (low, middle)
    return high


def edges(place: ZoneInfo, minutes: Iterable[int], since: datetime) -> Iterator[datetime]:
    """Instants after ``since`` at which something that depends on these local minutes may change.

    In order: each time the clocks there read one of them, and each time they are changed.
    """
    today, wanted = since.astimezone(place).date(), sorted(set(minutes))
    for ahead in range(-1, LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        found = {at for minute in wanted for at in _instants_of(place, day, minute)}
        change = _clock_change(place, day)
        yield from sorted(at for at in found | ({change} if change else set()) if at > since)


@dataclass(frozen=True)
class Hours:
    """Everything that decides whether an instant is inside the hours of one person in one campaign.

    also: other places where it must be open at the same moment, when nobody knows in which one they are.
    """

    zone: ZoneInfo
    department: str
    windows: tuple[LocalWindow, ...]
    preset: tuple[LocalWindow, ...]
    on_holidays: bool
    also: tuple["Hours", ...] = ()

    def open_at(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        if not self.on_holidays and is_holiday(local.date(), self.department):
            return False
        here = _inside(self.windows, local) and _inside(self.preset, local)
        return here and all(other.open_at(now) for other in self.also)

    def open_through(self, now: datetime, lasting: timedelta) -> bool:
        """Open now and still open after ``lasting``, less than any window closes for."""
        return self.open_at(now) and self.open_at(now + lasting)

    def next_opening(self, now: datetime, lasting: timedelta = timedelta()) -> datetime | None:
        """The first instant from ``now`` on that is open for ``lasting``; None if there is none in ten weeks.

        Exact: nothing before it is open for as long.
        """
        return now if self.open_through(now, lasting) else _next_opening(self, now, lasting)

    def closing(self, now: datetime) -> datetime | None:
        """When what is open now closes; None if it is closed, or open for more than ten weeks."""
        if not self.open_at(now):
            return None
        here = replace(self, also=())
        minutes = {0, *(window.closes for window in (*self.windows, *self.preset))}
        ends = [next((at for at in edges(self.zone, minutes, now) if not here.open_at(at)), None)]
        ends += [other.closing(now) for other in self.also]
        return min((at for at in ends if at is not None), default=None)

    def openings(self, since: datetime) -> Iterator[datetime]:
        """Instants after ``since`` at which it may open here, in order."""
        return edges(self.zone, {window.opens for window in (*self.windows, *self.preset)}, since)


@lru_cache(maxsize=4096)  # a batch asks the same of everybody who lives in the same zone
def _next_opening(hours: Hours, now: datetime, lasting: timedelta) -> datetime | None:
    found = [
        next((at for at in one.openings(now) if hours.open_through(at, lasting)), None)
        for one in (hours, *hours.also)
    ]
    return min((at for at in found if at is not None), default=None)


def _inside(windows: Sequence[LocalWindow], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return any(
        local.weekday() in window.days and window.opens <= minute < window.closes for window in windows
    )

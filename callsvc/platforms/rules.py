"""When a platform's own people answer, by the local time of its region; and which platforms answer as one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from callsvc.core.errors import Invalid

DAY_END: Final = "24:00"

DEFAULT_POOL_BELOW: Final = 20
"""Agents on duty below which a platform answers with its region: a group of 20 to 30 reaches 90 % of what a
group of 50 does at the same service level (Erlang A, 80 % in 20 s), a group of five two thirds."""

DISSOLVE_FACTOR: Final = 1.25
"""A pooled platform answers alone again only well above the size: nobody leaves a queue twice an hour."""

_LOOK_AHEAD_DAYS: Final = 60

Window = tuple[str, str]  # opens, closes: HH:MM, local


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """One window a day, every day, in local time; ``00:00`` to ``24:00`` never closes."""

    opens: str  # HH:MM
    closes: str  # HH:MM, after ``opens``; 24:00 is midnight
    zone: str  # IANA

    def windows_on(self, _day: date) -> tuple[Window, ...]:
        return ((self.opens, self.closes),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Windows by weekday (0 = Monday), and what single days have in their place; no windows = closed."""

    windows: Mapping[int, tuple[Window, ...]]
    zone: str
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def windows_on(self, day: date) -> tuple[Window, ...]:
        return self.exceptions.get(day, self.windows.get(day.weekday(), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Whether a platform is open at an instant, and when that changes next (UTC).

    ``changes_at`` is None for what does not open again within two months, or never closes.
    """

    is_open: bool
    changes_at: datetime | None


def check_hours(hours: Hours) -> None:
    """Raise ``hours-invalid`` unless both ends are clock times and the window opens before it closes."""
    try:
        valid = _minutes(hours.opens) < _minutes(hours.closes)
    except ValueError:
        valid = False
    if not valid:
        raise Invalid(
            "hours-invalid",
            "Opening hours are two local times such as 08:00 and 20:00, the first before the second.",
            opens=hours.opens,
            closes=hours.closes,
        )


def check_week(week: Week) -> None:
    """The same for every window of a week; windows of one day must not overlap (``hours-overlap``)."""
    for windows in (*week.windows.values(), *week.exceptions.values()):
        for opens, closes in windows:
            check_hours(Hours(opens=opens, closes=closes, zone=week.zone))
        ordered = sorted(windows, key=lambda window: _minutes(window[0]))
        for (_, closes), (opens, _) in pairwise(ordered):
            if _minutes(opens) < _minutes(closes):
                raise Invalid(
                    "hours-overlap", "Two windows of one day overlap; write them as one.", opens=opens
                )


def is_open(hours: Hours | Week, now: datetime) -> bool:
    """The half of ``opening`` that webhooks ask: is it open now? Looks at today alone."""
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    return any(
        _instant(today, opens, zone) <= now < _instant(today, closes, zone)
        for opens, closes in hours.windows_on(today)
    )


def opening(hours: Hours | Week, now: datetime) -> Opening:
    """Is the platform open, and until when or from when?

    Both ends are computed as local wall-clock times, so the two nights a year on which clocks change need
    no special care. Windows that touch (to 24:00, then from 00:00) are one.

    >>> from datetime import UTC
    >>> reunion = Hours(opens="08:00", closes="20:00", zone="Indian/Reunion")
    >>> opening(reunion, datetime(2020, 11, 16, 17, tzinfo=UTC)).is_open
    False
    """
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    ends: datetime | None = None  # of the window we are in, while the next one may still touch it
    for ahead in range(_LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        for opens, closes in sorted(hours.windows_on(day), key=lambda window: _minutes(window[0])):
            begin, end = _instant(day, opens, zone), _instant(day, closes, zone)
            if ends is not None and begin > ends:
                return Opening(is_open=True, changes_at=ends.astimezone(now.tzinfo))
            if ends is not None or begin <= now < end:
                ends = end
            elif now < begin:
                return Opening(is_open=False, changes_at=begin.astimezone(now.tzinfo))
    if ends is None:
        return Opening(is_open=False, changes_at=None)
    closes_for_good = _instant(today + timedelta(days=_LOOK_AHEAD_DAYS - 1), DAY_END, zone) > ends
    return Opening(is_open=True, changes_at=ends.astimezone(now.tzinfo) if closes_for_good else None)


def pooled(on_duty: Mapping[str, int], was_pooled: frozenset[str], below: int) -> frozenset[str]:
    """Which platforms of one region answer as one queue, by how many agents each has on duty now.

    A platform joins below the size and leaves at ``DISSOLVE_FACTOR`` times the size; one alone is no pool.
    ``below`` 0 dissolves it.

    >>> sorted(pooled({"67": 30, "68": 6, "57": 12}, frozenset(), 20))
    ['57', '68']
    """
    small = {
        code
        for code, agents in on_duty.items()
        if agents < (below * DISSOLVE_FACTOR if code in was_pooled else below)
    }
    return frozenset(small) if len(small) > 1 else frozenset()


def _instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == DAY_END:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time.fromisoformat(clock), zone)


def _minutes(text: str) -> int:
    if text == DAY_END:
        return 24 * 60
    clock = time.fromisoformat(text)
    return clock.hour * 60 + clock.minute

"""What regions agree on: who may help whom, from which wait to which, how many calls at once, and when.

A week is seven lists of windows on the clock of the region that helps; none at all means at any time.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from callsvc.core.errors import Invalid

Week = Mapping[str, Sequence[Sequence[str]]]
"""Windows (HH:MM, HH:MM; 24:00 is midnight) by weekday, ``"0"`` = Monday, as they are stored."""

DAY_END: Final = "24:00"
MOST_CAP: Final = 10_000
LONGEST_WAIT_S: Final = 3600


def check_agreement(
    aided: str,
    aiding: str,
    *,
    activate_wait_s: int,
    release_wait_s: int,
    cap: int,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    week: Week | None = None,
) -> None:
    """Raise ``agreement-self``, ``-thresholds``, ``-cap``, ``-dates`` or ``-hours``, with what to change."""
    if aided == aiding:
        raise Invalid("agreement-self", "A region does not help itself: name two.")
    if not 0 <= release_wait_s <= activate_wait_s <= LONGEST_WAIT_S:
        raise Invalid(
            "agreement-thresholds",
            f"Aid closes at a wait not above the one it opens at, both from 0 to {LONGEST_WAIT_S} seconds.",
        )
    if not 0 <= cap <= MOST_CAP:
        raise Invalid("agreement-cap", f"The cap is a number of calls at once, from 0 to {MOST_CAP}.")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise Invalid("agreement-dates", "An agreement ends after it starts.")
    if week is not None:
        check_week(week)


def check_week(week: Week) -> None:
    """Raise ``agreement-hours`` unless every window opens before it closes and none overlap."""
    for day, windows in week.items():
        try:
            spans = sorted((minutes(opens), minutes(closes)) for opens, closes in windows)
        except ValueError:
            raise _hours(day) from None
        if day not in "0123456" or len(day) != 1 or any(opens >= closes for opens, closes in spans):
            raise _hours(day)
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise _hours(day)


def _hours(day: str) -> Invalid:
    return Invalid(
        "agreement-hours",
        "Hours are windows such as 08:00 to 12:00, in order and apart, by day of the week.",
        day=day,
    )


def minutes(clock: str) -> int:
    """Since midnight. Raises ``ValueError``."""
    if clock == DAY_END:
        return 24 * 60
    found = time.fromisoformat(clock)
    return found.hour * 60 + found.minute


def holds_at(
    week: Week | None, starts_at: datetime | None, ends_at: datetime | None, zone: str, now: datetime
) -> bool:
    """Is an agreement with these dates and hours in force at this instant?"""
    if (starts_at is not None and now < starts_at) or (ends_at is not None and now >= ends_at):
        return False
    if week is None:
        return True
    local = now.astimezone(ZoneInfo(zone))
    here = local.hour * 60 + local.minute
    return any(
        minutes(opens) <= here < minutes(closes) for opens, closes in week.get(str(local.weekday()), ())
    )


def spans_on(
    week: Week | None, starts_at: datetime | None, ends_at: datetime | None, zone: str, day: date
) -> list[tuple[datetime, datetime]]:
    """When it is in force on this day of that zone, piece by piece."""
    place = ZoneInfo(zone)
    windows = [("00:00", DAY_END)] if week is None else week.get(str(day.weekday()), ())
    spans = []
    for opens, closes in windows:
        begin, end = _instant(day, minutes(opens), place), _instant(day, minutes(closes), place)
        begin, end = max(begin, starts_at or begin), min(end, ends_at or end)
        if begin < end:
            spans.append((begin, end))
    return spans


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    if minute == 24 * 60:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time(minute // 60, minute % 60), zone)

"""A week of a campaign's open hours where its people live, and where its tries would fall: arithmetic.

The hours are those that ``may_contact`` goes by: the campaign's windows, cut by the law's grid, closed on
public holidays of the department unless the campaign says otherwise. Times are local, of one zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import holidays

from callsvc.campaigns.calendar import Hours, LocalWindow
from callsvc.core.public_holidays import is_holiday

DAY_MINUTES = 24 * 60
RING = timedelta(seconds=25)  # after this long nobody has picked up, as people live it


@dataclass(frozen=True)
class Span:
    """Minutes since local midnight. kind: open, or ``barred``: wished for, and the law forbids it."""

    opens: int
    closes: int
    kind: str


@dataclass(frozen=True)
class Try:
    """The ``number``-th try of somebody who never picks up, at a local instant."""

    number: int
    at: datetime

    @property
    def minute(self) -> int:
        return self.at.hour * 60 + self.at.minute


@dataclass(frozen=True)
class Day:
    """A local day. ``holiday`` names the public holiday it is; ``closed`` when nobody is called for it."""

    date: date
    holiday: str
    closed: bool
    spans: tuple[Span, ...]
    tries: tuple[Try, ...]

    @property
    def open_minutes(self) -> int:
        return sum(span.closes - span.opens for span in self.spans if span.kind == "open")


def week(hours: Hours, monday: date, tries: Sequence[Try], language: str) -> list[Day]:
    """Seven days from ``monday``, each with its open hours and the tries that fall on it."""
    return [_day(hours, monday + timedelta(days=ahead), tries, language) for ahead in range(7)]


def _day(hours: Hours, day: date, tries: Sequence[Try], language: str) -> Day:
    holiday = holiday_name(day, hours.department, language)
    closed = bool(holiday) and not hours.on_holidays
    spans = () if closed else tuple(_spans(hours, day.weekday()))
    return Day(day, holiday, closed, spans, tuple(one for one in tries if one.at.date() == day))


def _spans(hours: Hours, weekday: int) -> list[Span]:
    """What the campaign asks for on this day, divided where the law says otherwise."""
    edges = sorted(
        {
            edge
            for window in (*hours.windows, *hours.preset)
            if weekday in window.days
            for edge in (window.opens, window.closes)
        }
    )
    spans: list[Span] = []
    for opens, closes in pairwise(edges):
        if not _covers(hours.windows, weekday, opens):
            continue
        kind = "open" if _covers(hours.preset, weekday, opens) else "barred"
        if spans and spans[-1].closes == opens and spans[-1].kind == kind:
            spans[-1] = Span(spans[-1].opens, closes, kind)
        else:
            spans.append(Span(opens, closes, kind))
    return spans


def _covers(windows: Sequence[LocalWindow], weekday: int, minute: int) -> bool:
    return any(weekday in window.days and window.opens <= minute < window.closes for window in windows)


def bounds(days: Sequence[Day]) -> tuple[int, int]:
    """The hours worth drawing: whole ones around everything in the week, eight of them at least."""
    minutes = [minute for day in days for span in day.spans for minute in (span.opens, span.closes)]
    first, last = min(minutes, default=8 * 60), max(minutes, default=20 * 60)
    first, last = max(0, first // 60 - 1), min(24, -(-last // 60) + 1)
    return (first, last) if last - first >= 8 else (max(0, last - 8), max(8, last))


@lru_cache(maxsize=512)
def holiday_name(day: date, department: str, language: str) -> str:
    """The public holiday's name in ``language`` (fr or en); empty when the day is none there."""
    if not is_holiday(day, department):
        return ""
    for subdivision in (None, *holidays.country_holidays("FR").subdivisions):
        known = _names(subdivision, day.year, language)
        if day in known:
            return known[day]
    return str(day)


@lru_cache(maxsize=128)
def _names(subdivision: str | None, year: int, language: str) -> dict[date, str]:
    said = "fr" if language == "fr" else "en_US"
    return dict(holidays.country_holidays("FR", subdiv=subdivision, years=year, language=said).items())


def holidays_ahead(day: date, weeks: int, department: str, language: str) -> list[tuple[date, str]]:
    """The public holidays of the department in the coming weeks."""
    days = (day + timedelta(days=ahead) for ahead in range(weeks * 7))
    return [(one, name) for one in days if (name := holiday_name(one, department, language))]

"""What the coming days bring, by what the same weekdays brought: the mean of the last four. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callsvc.routing.rules.erlang import Pool, answer

WEEKS: Final = 4
DAYS_AHEAD: Final = 7
IN_TIME: Final = 0.8
TARGET_S: Final = 20.0
MOST_AGENTS: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """``calls`` expected on this day within the stretch asked for, and in its busiest hour."""

    day: date
    calls: float
    busiest_hour: float


def days_ahead(
    arrivals: Iterable[datetime], begins: datetime, ends: datetime | None, now: datetime, zone: ZoneInfo
) -> list[DayAhead]:
    """The first ``DAYS_AHEAD`` local days from ``begins``, until ``ends`` if that is before.

    ``arrivals``: of the last ``WEEKS`` weeks. Days before the first of them say nothing, nor does the day of
    ``now``, which is not over; a weekday nothing is known of is left out, and so all are without any arrival.
    """
    by_day: dict[date, list[datetime]] = {}
    for at in arrivals:
        local = at.astimezone(zone)
        by_day.setdefault(local.date(), []).append(local)
    today = now.astimezone(zone).date()
    oldest = max(min(by_day, default=today), today - timedelta(weeks=WEEKS))
    found = []
    for ahead in range(DAYS_AHEAD):
        day = begins.astimezone(zone).date() + timedelta(days=ahead)
        opens = datetime.combine(day, datetime.min.time(), zone)
        first, last = max(begins, opens), opens + timedelta(days=1)
        last = last if ends is None else min(last, ends)
        alike = [
            before
            for before in (today - timedelta(days=back) for back in range(1, 7 * WEEKS + 1))
            if before >= oldest and before.weekday() == day.weekday()
        ]
        if first >= last or not alike:
            continue
        bounds = tuple(_into_day(at, opens) for at in (first, last))
        times = [local for one in alike for local in by_day.get(one, ())]
        hours = Counter(local.hour for local in times if bounds[0] <= _clock(local) < bounds[1])
        found.append(
            DayAhead(
                day=day,
                calls=hours.total() / len(alike),
                busiest_hour=max(hours.values(), default=0) / len(alike),
            )
        )
    return found


def agents_for(calls_an_hour: float, handle_s: float, patience_s: float) -> int:
    """Fewest agents that alone answer 80 % of so many calls within 20 s, by Erlang A.

    >>> agents_for(0, 540, 150), agents_for(20, 540, 150), agents_for(200, 540, 150)
    (0, 5, 32)
    """
    load = calls_an_hour * handle_s / 3600
    if load <= 0:
        return 0
    agents = 1
    while agents < MOST_AGENTS:
        pool = Pool(agents=agents, load=load, handle_s=handle_s, patience_s=patience_s)
        if answer(pool, TARGET_S).in_time >= IN_TIME:
            break
        agents += 1
    return agents


def _into_day(at: datetime, opens: datetime) -> float:
    """Minutes on the clock from the day's beginning; its end is 24 hours."""
    local = at.astimezone(opens.tzinfo)
    return _clock(local) + (24 * 60 if local.date() > opens.date() else 0)


def _clock(local: datetime) -> float:
    return local.hour * 60 + local.minute + local.second / 60

"""The rules of ``may_contact`` that time heals: each says when it next allows a call, exactly.

A rule is asked about an instant and answers with the first instant from it on that it allows (the instant
itself when it does), or None when there is none. The earliest moment that all of them allow is found by
asking them in turn until none moves it: nobody skips a moment that is allowed, so nothing earlier is missed.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from callsvc.campaigns.calendar import edges

Rule = Callable[[datetime], datetime | None]

_HORIZON = timedelta(days=400)


def earliest(rules: Sequence[Rule], now: datetime) -> datetime | None:
    """The first instant from ``now`` on that every rule allows; None if there is none within a year."""
    at = now
    while at - now < _HORIZON:
        moved = at
        for rule in rules:
            allowed = rule(moved)
            if allowed is None:
                return None
            moved = allowed
        if moved == at:
            return at
        at = moved
    return None


@dataclass(frozen=True)
class NotBefore:
    """Nothing before an instant: the campaign's first day, a number that rests."""

    at: datetime | None

    def __call__(self, at: datetime) -> datetime | None:
        return at if self.at is None else max(at, self.at)


@dataclass(frozen=True)
class RollingCap:
    """At most so many claims of the number within any span. A claim as old as the span counts no more."""

    claims: Sequence[datetime]  # ascending
    most: int
    span: timedelta

    def __call__(self, at: datetime) -> datetime | None:
        counted = self.claims[bisect_right(self.claims, at - self.span) :]
        return at if len(counted) < self.most else counted[len(counted) - self.most] + self.span


@dataclass(frozen=True)
class DayParts:
    """At most so many claims of the number within one part of one local day.

    bounds: minutes since local midnight at which a part begins, midnight included.
    """

    claims: Sequence[datetime]
    most: int
    bounds: tuple[int, ...]
    zone: ZoneInfo

    def part_of(self, at: datetime) -> tuple[date, int]:
        local = at.astimezone(self.zone)
        return local.date(), bisect_right(self.bounds, local.hour * 60 + local.minute)

    def __call__(self, at: datetime) -> datetime | None:
        used: dict[tuple[date, int], int] = {}
        for claim in self.claims:
            part = self.part_of(claim)
            used[part] = used.get(part, 0) + 1
        if used.get(self.part_of(at), 0) < self.most:
            return at
        later = edges(self.zone, self.bounds, at)
        return next((edge for edge in later if used.get(self.part_of(edge), 0) < self.most), None)


@dataclass(frozen=True)
class DayBudget:
    """Nothing more on the days on which the budget is spent; days are those of ``zone``."""

    spent_on: frozenset[date]
    zone: ZoneInfo

    def __call__(self, at: datetime) -> datetime | None:
        if at.astimezone(self.zone).date() not in self.spent_on:
            return at
        nights = edges(self.zone, (0,), at)
        return next((edge for edge in nights if edge.astimezone(self.zone).date() not in self.spent_on), None)


def heal(rules: Mapping[str, Rule], now: datetime, since: datetime) -> tuple[list[str], datetime | None]:
    """The reasons that hold at ``now``, and the first instant from ``since`` on at which none does."""
    reasons = [reason for reason, rule in rules.items() if rule(now) != now]
    return reasons, earliest(tuple(rules.values()), since)

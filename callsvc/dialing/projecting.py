"""When a list ends: arithmetic on hours, set-ups, lines, agents and retries. No database, no clock.

People are a fluid: a minute at a time, as many calls are made as the narrowest of pace, lines and agents lets
through, and each kind of try sends its share of them to the end or to a later try. Queues and chance are not
in it: it tells the middle of what may happen, not the worst.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from callsvc.campaigns.calendar import Hours

Brake = Literal["pace", "lines", "agents", "retries", "hours", "nothing"]
RetryDelay = Callable[[str, int], timedelta | None]
"""(kind of try, tries made with it) -> how long until the next one; None: that was the last."""

STEP = timedelta(minutes=1)
HORIZON = timedelta(days=14)
_NOBODY = 0.5  # people: what is left of a fluid below half a person is no person


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One way a try goes: its share of all tries (0 to 1), how long it holds a line, and what it means."""

    share: float
    seconds: float
    reached: bool = False
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class Means:
    """What there is to call with. agents: 0 when the flow needs none. aht_s: mean handling time of one.

    for_agents: share of the people reached who are passed to an agent.
    """

    calls_per_second: float
    lines: int
    kinds: Mapping[str, Kind]
    agents: int = 0
    aht_s: float = 0.0
    for_agents: float = 0.0

    @property
    def seconds_a_try(self) -> float:
        return sum(kind.share * kind.seconds for kind in self.kinds.values())

    def rates(self) -> dict[Brake, float]:
        """Tries a second that each of them lets through."""
        rates: dict[Brake, float] = {"pace": self.calls_per_second}
        if self.seconds_a_try:
            rates["lines"] = self.lines / self.seconds_a_try
        reached = sum(kind.share for kind in self.kinds.values() if kind.reached)
        if self.agents and self.aht_s and reached * self.for_agents:
            rates["agents"] = self.agents / (self.aht_s * reached * self.for_agents)
        return rates


@dataclass
class Cohort:
    """People of the same hours. ``due``: how many may first be tried from when on."""

    hours: Hours
    due: list[tuple[datetime, float]]


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What is to be expected of a list that starts now; every instant is lived.

    ends_at: when the last try (retries included) is over; None when that is beyond the horizon of 14 days.
    first_tries_end_at: when everybody who may be called has had one try; None likewise.
    calls: tries expected in all. reached: people expected to be spoken with.
    missed_today: share (0 to 1) of the people who may be called and get their first try on a later day.
    held_back_by: what would have to grow for an earlier end.
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


def project(now: datetime, cohorts: Sequence[Cohort], means: Means, delay: RetryDelay) -> Projection:
    """Let the list run from ``now``.

    >>> means = Means(calls_per_second=1, lines=99, kinds={"reached": Kind(share=1, seconds=60, final=True)})
    >>> always = Hours(ZoneInfo("UTC"), "", PRESETS["none"], PRESETS["none"], True)
    >>> project(noon, [Cohort(always, [(noon, 600)])], means, no_retry).first_tries_end_at - noon
    datetime.timedelta(seconds=600)
    """
    return _Run(now, cohorts, [_Flow(cohort) for cohort in cohorts], means, delay).told()


class _Flow:
    """The people of one cohort on their way: waiting by tries made, or scheduled for an instant."""

    def __init__(self, cohort: Cohort) -> None:
        self.hours = cohort.hours
        self.waiting: defaultdict[int, float] = defaultdict(float)
        self._scheduled: dict[tuple[datetime, int], float] = {}
        self._order: list[tuple[datetime, int]] = []
        for at, people in cohort.due:
            self.schedule(at, 0, people)

    def schedule(self, at: datetime, tries: int, people: float) -> None:
        key = ((at + STEP / 2).replace(second=0, microsecond=0), tries)  # the nearest minute
        if key not in self._scheduled:
            heapq.heappush(self._order, key)
        self._scheduled[key] = self._scheduled.get(key, 0.0) + people

    def release(self, now: datetime) -> None:
        while self._order and self._order[0][0] <= now:
            key = heapq.heappop(self._order)
            self.waiting[key[1]] += self._scheduled.pop(key)

    @property
    def somebody_waits(self) -> bool:
        return any(people > 0 for people in self.waiting.values())

    def open_at(self, now: datetime) -> bool:
        return self.hours.open_at(now) and self.hours.open_at(now + STEP)

    def next_at(self, now: datetime) -> datetime | None:
        """When somebody of it can be tried after ``now``, at which nobody can."""
        if self.somebody_waits:
            return self.hours.next_opening(now + STEP)
        return self.hours.next_opening(max(now, self._order[0][0])) if self._order else None


@dataclass
class _Run:
    now: datetime
    cohorts: Sequence[Cohort]
    flows: list[_Flow]
    means: Means
    delay: RetryDelay
    calls: float = 0.0
    reached: float = 0.0
    missed: float = 0.0
    left: float = 0.0  # people whose last try is still to come
    left_first: float = 0.0  # people without any try
    begins_at: datetime | None = None
    first_end: datetime | None = None
    held: defaultdict[Brake, float] = field(default_factory=lambda: defaultdict(float))
    by_hour: defaultdict[datetime, float] = field(default_factory=lambda: defaultdict(float))

    def told(self) -> Projection:
        people = self.left = self.left_first = sum(n for flow in self.cohorts for _, n in flow.due)
        end = self._run() if people >= _NOBODY else None
        lasting = timedelta(seconds=self.means.seconds_a_try)
        return Projection(
            begins_at=self.begins_at,
            first_tries_end_at=self.first_end,
            ends_at=end + lasting if end else None,
            calls=round(self.calls),
            reached=round(self.reached),
            missed_today=min(1.0, self.missed / people) if people else 0.0,
            held_back_by=max(self.held, key=lambda brake: self.held[brake]) if self.held else "nothing",
            by_hour=tuple((at, round(n)) for at, n in sorted(self.by_hour.items()) if round(n)),
        )

    def _run(self) -> datetime | None:
        """Until nobody waits any more; the instant of the last try, or None at the horizon."""
        at, last = self.now, self.now
        while at < self.now + HORIZON:
            for flow in self.flows:
                flow.release(at)
            open_now = [flow for flow in self.flows if flow.somebody_waits and flow.open_at(at)]
            if not open_now:
                following = self._following(at)
                if following is None:
                    return last if self.left < _NOBODY else None
                at = following
                continue
            self.begins_at = self.begins_at or at
            last = self._step(at, open_now)
            if self.left < _NOBODY:
                return last
            at += STEP
        return None

    def _following(self, at: datetime) -> datetime | None:
        """The next moment of interest; the wait until then is for hours or for retries."""
        moments = [moment for flow in self.flows if (moment := flow.next_at(at)) is not None]
        if not moments:
            return None
        following = max(min(moments), at + STEP)
        shut = any(flow.somebody_waits for flow in self.flows)
        self.held["hours" if shut else "retries"] += (following - at).total_seconds()
        return following

    def _step(self, at: datetime, flows: list[_Flow]) -> datetime:
        """One minute of calls; the instant at which the last of them is made."""
        rates = self.means.rates()
        narrowest: Brake = min(rates, key=lambda brake: rates[brake])
        room = capacity = rates[narrowest] * STEP.total_seconds()
        for tries in sorted({made for flow in flows for made, n in flow.waiting.items() if n > 0}):
            wanted = sum(flow.waiting[tries] for flow in flows)
            part = min(1.0, room / wanted) if wanted else 0.0
            for flow in flows:
                self._serve(flow, at, tries, flow.waiting[tries] * part)
            room -= wanted * part
            if tries == 0 and self.first_end is None and self.left_first < _NOBODY:
                self.first_end = at + STEP * (1.0 - room / capacity)
        used = 1.0 - room / capacity if capacity else 1.0
        self.held[narrowest] += STEP.total_seconds() * used
        return at + STEP * min(1.0, used)

    def _serve(self, flow: _Flow, at: datetime, tries: int, people: float) -> None:
        if people <= 0:
            return
        flow.waiting[tries] -= people
        self.calls += people
        self.by_hour[at.replace(minute=0, second=0, microsecond=0)] += people
        if tries == 0:
            self.left_first -= people
            self.missed += people if self._later_day(flow, at) else 0.0
        for name, kind in self.means.kinds.items():
            some = people * kind.share
            self.reached += some if kind.reached else 0.0
            rest = None if kind.final else self.delay(name, tries + 1)
            if rest is None:
                self.left -= some
            else:
                flow.schedule(at + timedelta(seconds=kind.seconds) + rest, tries + 1, some)

    def _later_day(self, flow: _Flow, at: datetime) -> bool:
        zone = flow.hours.zone
        return at.astimezone(zone).date() > self.now.astimezone(zone).date()

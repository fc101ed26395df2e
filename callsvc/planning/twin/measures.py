"""What became of the calls that arrived while a day was measured. Shares are of all calls offered.

``lost``: abandoned, or given a callback that reached nobody before the day ended. Service level is the
strictest variant: answered within the target over everybody offered.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from callsvc.planning.twin.day import Day
from callsvc.planning.twin.queues import ABANDONED, RETURNED
from callsvc.planning.twin.scenario import Scenario
from callsvc.planning.twin.world import HOUR
from callsvc.routing.rules.explaining import Explanation

BIN_S = 600.0


@dataclass(slots=True)
class Tally:
    """Calls of one region, or of one stretch of time."""

    offered: int = 0
    in_time: int = 0
    within_60: int = 0
    within_120: int = 0
    answered: int = 0
    waited_s: float = 0.0
    abandoned: int = 0
    deferred: int = 0
    kept: int = 0
    aided: int = 0  # answered by another region
    gave: int = 0  # calls of other regions its own agents answered

    def count(self, day: Day, call: int) -> None:
        """One more call, as the day left it."""
        self.offered += 1
        answered = day.answered[call]
        if answered:
            wait_s = answered + day.ring_s - day.trace.at[call]
            self.answered += 1
            self.waited_s += wait_s
            self.in_time += wait_s <= day.target_s
            self.within_60 += wait_s <= 60.0
            self.within_120 += wait_s <= 120.0
            self.aided += day.by[call] != day.trace.home[call]
        elif day.state[call] == ABANDONED:
            self.abandoned += 1
        else:
            self.deferred += 1
            self.kept += day.state[call] == RETURNED

    def add(self, other: "Tally") -> None:
        """Pool two tallies."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def share(self, name: str) -> float:
        """``lost``, or a count, as a percentage of what was offered; NaN of nothing."""
        count = self.abandoned + self.deferred - self.kept if name == "lost" else getattr(self, name)
        return 100.0 * count / self.offered if self.offered else float("nan")


def pooled(tallies: Iterable[Tally]) -> Tally:
    """Several as one."""
    total = Tally()
    for one in tallies:
        total.add(one)
    return total


@dataclass(slots=True, kw_only=True)
class Measures:
    """One day under one policy."""

    policy: str
    seed: int
    regions: dict[str, Tally]
    p95_s: float  # of the waits of those answered
    bins: list[Tally]  # every ten minutes of the whole day
    activations: int  # most in any region and hour
    foreign_while_out: int  # calls taken for others by regions that had opted out
    letters: dict[str, int] = field(default_factory=dict)  # how often each rule decided
    examples: dict[str, Explanation] = field(default_factory=dict)

    @property
    def nation(self) -> Tally:
        return pooled(self.regions.values())


def measure(scenario: Scenario, policy: str, seed: int, day: Day) -> Measures:
    """Count what a finished day has left in its arrays."""
    trace, codes = day.trace, [region.code for region in day.regions]
    tallies = [Tally() for _ in codes]
    bins = [Tally() for _ in range(int(scenario.hours * HOUR / BIN_S) + 1)]
    waits: list[float] = []
    first, last = scenario.measured.from_h * HOUR, scenario.measured.to_h * HOUR
    for call, at in enumerate(trace.at):
        bins[int(at / BIN_S)].count(day, call)
        if first <= at < last:
            tallies[trace.home[call]].count(day, call)
            if day.answered[call]:
                waits.append(day.answered[call] + day.ring_s - at)
                tallies[day.by[call]].gave += day.by[call] != trace.home[call]
    waits.sort()
    return Measures(
        policy=policy,
        seed=seed,
        regions=dict(zip(codes, tallies, strict=True)),
        p95_s=waits[int(0.95 * len(waits))] if waits else 0.0,
        bins=bins,
        activations=_most_in_an_hour(day.aiding),
        foreign_while_out=day.foreign_while_out,
        letters=dict(getattr(day.policy, "letters", {})),
        examples=dict(getattr(day.policy, "examples", {})),
    )


def _most_in_an_hour(aiding: Sequence[tuple[float, str]]) -> int:
    """Most activations of any one region within any sixty minutes."""
    most = 0
    for code in {code for _, code in aiding}:
        times = sorted(at for at, one in aiding if one == code)
        most = max(most, *(n + 1 - bisect_right(times, at - HOUR) for n, at in enumerate(times)))
    return most

"""What happens to a day from outside: who calls when, how long they would wait, how long they need.

Drawn once from a seed and replayed under every policy, so that two policies differ by what they do and by
nothing else (common random numbers).
"""

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Calls arrive in region ``region`` at ``rate`` a second from ``start_s`` to ``end_s``."""

    region: int
    start_s: float
    end_s: float
    rate: float


class People(Protocol):
    """How those who call behave. Patience is exponential, handling time lognormal or exponential."""

    @property
    def patience_s(self) -> float: ...
    @property
    def handle_s(self) -> float: ...
    @property
    def handle(self) -> Literal["lognormal", "exponential"]: ...
    @property
    def handle_cv(self) -> float: ...


class Trace:
    """One day of calls, in order of arrival; all lists have one entry a call."""

    __slots__ = ("accepts", "at", "home", "leaves", "needs", "reached")

    def __init__(self, calls: Sequence[tuple[float, int, float, float, float, float]]) -> None:
        self.at: array[float] = array("d", (call[0] for call in calls))  # seconds from the start of the day
        self.home: array[int] = array("H", (call[1] for call in calls))  # region
        self.leaves: array[float] = array("d", (call[0] + call[2] for call in calls))  # when patience ends
        self.needs: array[float] = array("d", (call[3] for call in calls))  # handling time at home
        self.accepts: array[float] = array(
            "d", (call[4] for call in calls)
        )  # below the acceptance: takes a callback
        self.reached: array[float] = array(
            "d", (call[5] for call in calls)
        )  # below the reach: picks up when called back

    def __len__(self) -> int:
        return len(self.at)


def draw_trace(
    segments: Sequence[Segment], people: People, seed: int, also: Sequence[tuple[float, int]] = ()
) -> Trace:
    """A day of Poisson arrivals, and of those who come ``also``: (second, region)."""
    random = Random(seed)  # noqa: S311 - a simulation is meant to be repeatable
    arrivals: list[tuple[float, int]] = []
    for segment in segments:
        if segment.rate <= 0:
            continue
        at = segment.start_s + random.expovariate(segment.rate)
        while at < segment.end_s:
            arrivals.append((at, segment.region))
            at += random.expovariate(segment.rate)
    arrivals += also
    arrivals.sort()
    needs = handling(people, random)
    return recorded_trace(((at, region, needs()) for at, region in arrivals), people, random)


def handling(people: People, random: Random) -> Callable[[], float]:
    """Draws how long an agent is busy with a call of the own region, in seconds."""
    if people.handle == "exponential":
        return lambda: random.expovariate(1 / people.handle_s)
    variance = math.log(1 + people.handle_cv**2)
    mean, deviation = math.log(people.handle_s) - variance / 2, math.sqrt(variance)
    return lambda: math.exp(random.gauss(mean, deviation))


def recorded_trace(calls: Iterable[tuple[float, int, float]], people: People, random: Random) -> Trace:
    """Calls (arrival, region, handling time) in order of arrival; patience and answers are drawn for each."""
    leave = 1 / people.patience_s
    draw = random.random
    return Trace(
        [(at, region, random.expovariate(leave), needs, draw(), draw()) for at, region, needs in calls]
    )

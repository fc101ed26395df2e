"""What the twin says of the same arrivals: many runs, and between which values 95 of 100 of them lie."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

from callsvc.bench.afternoon.measuring import MEASURES, calls_of_twin, figures
from callsvc.bench.afternoon.plan import POLICY, Plan, drawn_trace, scenario
from callsvc.planning.twin.playing import open_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Of one measure: the runs' middle, and the 2.5th and 97.5th of a hundred."""

    low: float
    middle: float
    high: float

    def holds(self, value: float) -> bool:
        """
        >>> Interval(low=1.0, middle=2.0, high=3.0).holds(3.0)
        True
        """
        return self.low <= value <= self.high


def predict(
    plan: Plan,
    calls: Sequence[tuple[float, int]],
    takes: Sequence[tuple[float, float]],
    *,
    terms: Mapping[str, Any] | None = None,
    runs: int,
    processes: int = 0,
) -> dict[str, Interval]:
    """The prediction interval of every measure, from so many runs with chance of their own.

    ``takes``: as ``drawn_trace`` wants it; ``terms`` as ``scenario`` does. ``processes``: how many work at
    once; 0 = one a processor.
    """
    play, processes = partial(play_run, plan, calls, takes, terms or {}), processes or os.cpu_count() or 1
    if processes == 1:
        played = [play(seed) for seed in range(1, runs + 1)]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            played = list(pool.map(play, range(1, runs + 1), chunksize=5))
    return {name: interval([run[name] for run in played]) for name in MEASURES}


def play_run(
    plan: Plan,
    calls: Sequence[tuple[float, int]],
    takes: Sequence[tuple[float, float]],
    terms: Mapping[str, Any],
    seed: int,
) -> dict[str, float]:
    """One run: these arrivals, patience and handling times of its own."""
    trace, set_up_s = drawn_trace(plan, calls, takes, seed)
    day = open_day(scenario(plan, terms), POLICY, trace)
    day.run()
    return figures(calls_of_twin(day, set_up_s), plan)


def interval(values: Sequence[float]) -> Interval:
    """
    >>> interval([float(number) for number in range(201)])
    Interval(low=5.0, middle=100.0, high=195.0)
    """
    ordered = sorted(values)
    low, middle, high = (ordered[round(share * (len(ordered) - 1))] for share in (0.025, 0.5, 0.975))
    return Interval(low=low, middle=middle, high=high)

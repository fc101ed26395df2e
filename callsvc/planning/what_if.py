"""A recorded day under two sets of agreements: each region's figures with intervals for one such day.

The calls, the staffing and what was lent on purpose are those of the day in both; the seeds are the same. So
what differs comes from the agreements. An interval says where a single such day would lie, nineteen times out
of twenty.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from callsvc.planning.twin.agreed import AgreementPart
from callsvc.planning.twin.comparing import figure
from callsvc.planning.twin.lived import lived
from callsvc.planning.twin.measures import Measures, Tally, pooled
from callsvc.planning.twin.playing import play_seed
from callsvc.planning.twin.recordings import Recording
from callsvc.planning.twin.scenario import make_scenario, with_day

RUNS: Final = 20
"""Days of the twin for each side."""
NATION: Final = ""
"""The key of the whole country."""

Interval = tuple[float, float, float]
"""Mean of the runs, and where a single day lies."""


def compare(
    recording: Recording,
    present: Sequence[AgreementPart],
    changed: Sequence[AgreementPart],
    played: Callable[[int], None],
    runs: int = RUNS,
) -> dict[str, Any]:
    """The report; ``played`` is told after each of the ``2 * runs`` runs."""
    sides: dict[str, list[Measures]] = {"present": [], "edited": []}
    for name, agreements in (("present", present), ("edited", changed)):
        scenario = make_scenario(with_day(recording, {"agreements": list(agreements)}))
        for seed in range(1, runs + 1):
            sides[name] += play_seed(scenario, seed, ["ours"])
            played(sum(len(days) for days in sides.values()))
    return {
        "day": recording.day.isoformat(),
        "calls": len(recording.calls),
        "runs": runs,
        "was": {code: _told(tally) for code, tally in _with_nation(lived(recording)).items()},
        **{name: _figures(days) for name, days in sides.items()},
    }


def _with_nation(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    return {**tallies, NATION: pooled(tallies.values())}


def _told(tally: Tally) -> dict[str, float | None]:
    """A day as it was; shares are percentages, None of nothing."""
    return {
        "offered": tally.offered,
        "in_time": _share(tally, "in_time"),
        "abandoned": _share(tally, "abandoned"),
        "deferred": _share(tally, "deferred"),
        "received": tally.aided,
        "given": tally.gave,
    }


def _share(tally: Tally, name: str) -> float | None:
    return round(tally.share(name), 1) if tally.offered else None


def _figures(days: Sequence[Measures]) -> dict[str, dict[str, Interval | None]]:
    by_day = [_with_nation(day.regions) for day in days]
    return {
        code: {
            name: interval(
                [value for value in (_told(day[code])[name] for day in by_day) if value is not None]
            )
            for name in ("in_time", "abandoned", "deferred", "received", "given")
        }
        for code in by_day[0]
    }


def interval(values: Sequence[float]) -> Interval | None:
    """Student's prediction interval for one more of these, never below nothing.

    >>> interval([10.0, 12.0, 14.0])
    (12.0, 2.4, 21.6)
    """
    if not values:
        return None
    found = figure(values)
    half = found.half * math.sqrt(len(values) + 1)
    return round(found.mean, 1), round(max(0.0, found.mean - half), 1), round(found.mean + half, 1)

"""From days to figures: means over the seeds with 95 % intervals, and paired differences between policies."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

from callsvc.planning.twin.measures import Measures, Tally, pooled
from callsvc.planning.twin.scenario import Policy, Scenario
from callsvc.planning.twin.world import plan

SMALLEST_HELPER = 10
"""A region with fewer agents is too small for its lowest figure to mean anything."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over seeds and half the width of its 95 % interval (0 with one seed)."""

    mean: float
    half: float

    def __str__(self) -> str:
        return f"{self.mean:.1f} ±{self.half:.1f}"


def figure(values: Sequence[float]) -> Figure:
    """Student's interval; the quantile by Cornish and Fisher's expansion (1 % off at 4 degrees)."""
    if len(values) < 2:
        return Figure(fmean(values), 0.0)
    freedom, z = len(values) - 1, NormalDist().inv_cdf(0.975)
    t = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    return Figure(fmean(values), t * stdev(values) / math.sqrt(len(values)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One policy in one scenario; percentages of calls offered, seconds for waits."""

    policy: str
    in_time: Figure
    abandoned: Figure
    lost: Figure
    within_60: Figure
    within_120: Figure
    wait_s: Figure  # mean wait of those answered
    p95_s: Figure
    aided: Figure
    deferred: Figure
    kept: Figure
    hot_in_time: Figure | None
    hot_abandoned: Figure | None
    helpers_in_time: Figure | None
    lowest_helper: float | None  # seeds pooled
    lowest_code: str
    activations: int
    foreign_while_out: int


def hot_regions(scenario: Scenario) -> set[str]:
    """Regions a spike names; a spike everywhere has no helpers to tell apart."""
    return {code for spike in scenario.spikes if spike.times > 1 for code in spike.regions}


def row(scenario: Scenario, days: Sequence[Measures]) -> Row:
    """The figures of one policy."""
    hot = hot_regions(scenario)
    helpers = {part.code for part in plan(scenario)} - hot
    big = sorted(
        part.code for part in plan(scenario) if part.agents >= SMALLEST_HELPER and part.code in helpers
    )
    by_code = {code: pooled(day.regions[code] for day in days).share("in_time") for code in big}
    lowest = min(by_code, key=by_code.__getitem__) if by_code else ""

    def of(share: str, codes: set[str] | None = None) -> Figure:
        return figure([_part(day, codes).share(share) for day in days])

    return Row(
        policy=days[0].policy,
        in_time=of("in_time"),
        abandoned=of("abandoned"),
        lost=of("lost"),
        within_60=of("within_60"),
        within_120=of("within_120"),
        wait_s=figure([day.nation.waited_s / max(1, day.nation.answered) for day in days]),
        p95_s=figure([day.p95_s for day in days]),
        aided=of("aided"),
        deferred=of("deferred"),
        kept=of("kept"),
        hot_in_time=of("in_time", hot) if hot else None,
        hot_abandoned=of("abandoned", hot) if hot else None,
        helpers_in_time=of("in_time", helpers) if hot else None,
        lowest_helper=by_code[lowest] if lowest else None,
        lowest_code=lowest,
        activations=max(day.activations for day in days),
        foreign_while_out=sum(day.foreign_while_out for day in days),
    )


def _part(day: Measures, codes: set[str] | None) -> Tally:
    return day.nation if codes is None else pooled(day.regions[code] for code in codes)


def paired(ours: Sequence[Measures], theirs: Sequence[Measures], what: Callable[[Measures], float]) -> Figure:
    """Mean difference, ours minus theirs, seed by seed."""
    return figure([what(one) - what(other) for one, other in zip(ours, theirs, strict=True)])


def differences(
    played: Mapping[Policy, Sequence[Measures]], reference: Policy
) -> dict[str, dict[str, Figure]]:
    """Of every policy against the reference, for what is compared most."""
    names = ("in_time", "abandoned", "lost", "within_60", "within_120", "aided")
    return {
        policy: {name: paired(days, played[reference], _share(name)) for name in names}
        for policy, days in played.items()
        if policy != reference
    }


def _share(name: str) -> Callable[[Measures], float]:
    return lambda day: day.nation.share(name)

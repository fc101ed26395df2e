"""What the router promises against pooled home first on the same calls, and what it reached."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from callsvc.planning.twin.comparing import SMALLEST_HELPER, hot_regions, paired, row
from callsvc.planning.twin.measures import BIN_S, Measures, pooled
from callsvc.planning.twin.scenario import Policy, Scenario, load_scenario
from callsvc.planning.twin.world import HOUR, plan

Played = Mapping[Policy, Sequence[Measures]]
Cells = Mapping[str, Played]
REFERENCE: Policy = "home-first"
CALLBACKS: tuple[Policy, Policy] = ("home-first-callbacks", "ours-callbacks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise in one scenario: ``reached`` must be at least (or at most) ``wanted``."""

    name: str
    cell: str
    reached: float
    wanted: float
    at_least: bool

    @property
    def met(self) -> bool:
        return self.reached >= self.wanted if self.at_least else self.reached <= self.wanted


def at_least(name: str, cell: str, reached: float, wanted: float) -> Target:
    """A promise to reach something."""
    return Target(name=name, cell=cell, reached=reached, wanted=wanted, at_least=True)


def at_most(name: str, cell: str, reached: float, wanted: float) -> Target:
    """A promise to stay below something."""
    return Target(name=name, cell=cell, reached=reached, wanted=wanted, at_least=False)


def above(played: Played, share: str, *, ours: Policy = "ours", theirs: Policy = REFERENCE) -> float:
    """Mean paired difference in points."""
    return paired(played[ours], played[theirs], lambda day: day.nation.share(share)).mean


def targets(cells: Cells, slow: Cells) -> Iterator[Target]:
    """Every promise that these cells can answer; ``slow`` are the same days with aid slower by 1.3."""
    for cell, played in cells.items():
        scenario, name = load_scenario(cell), cell[:2]
        if cell in {"S1-slack", "S2-slack"}:
            yield from _spare(cell, scenario, played)
        if cell in {"S3-slack", "S4-slack"}:
            yield from _overload(cell, scenario, played)
        if name == "S4" and CALLBACKS[1] in played:
            yield from _callbacks(cell, scenario, played)
        if name == "S6":
            yield from _everywhere(cell, played)
        for share in ("within_60", "within_120"):
            yield at_least(f"{share} above home first", cell, above(played, share), -3.5)
        yield at_most(
            "activations a region and hour", cell, max(day.activations for day in played["ours"]), 2
        )
        taken = sum(day.foreign_while_out for days in _ours(played) for day in days)
        if name == "S7":
            yield at_most("foreign calls of those opted out", cell, taken, 0)
        ordinary = f"S0-{cell[3:]}"
        if cell in {"S1-slack", "S2-slack"} and ordinary in cells:
            after = _aided_after(scenario, played["ours"])
            usual = _aided_after(scenario, cells[ordinary]["ours"])
            yield at_most("aided share after 10 minutes, above S0", cell, after - usual, 2)
    for cell, played in slow.items():
        yield at_most("lost above home first, aid 1.3 slower", cell, above(played, "lost"), 0.5)
        if CALLBACKS[1] in played:
            much = above(played, "lost", ours=CALLBACKS[1], theirs=CALLBACKS[0])
            yield at_most("the same, callbacks on both sides", cell, much, 0.5)


def _ours(played: Played) -> list[Sequence[Measures]]:
    return [days for policy, days in played.items() if policy.startswith("ours")]


def _spare(cell: str, scenario: Scenario, played: Played) -> Iterator[Target]:
    found = row(scenario, played["ours"])
    if found.hot_in_time is not None:
        yield at_least("spiked region in time", cell, found.hot_in_time.mean, 97)
    yield at_most("worst helper's loss to home first", cell, _worst_loss(scenario, played), 1)


def _worst_loss(scenario: Scenario, played: Played) -> float:
    hot = hot_regions(scenario)
    helpers = [one.code for one in plan(scenario) if one.agents >= SMALLEST_HELPER and one.code not in hot]

    def level(policy: Policy, code: str) -> float:
        return pooled(day.regions[code] for day in played[policy]).share("in_time")

    return max(level(REFERENCE, code) - level("ours", code) for code in helpers)


def _overload(cell: str, scenario: Scenario, played: Played) -> Iterator[Target]:
    ours, theirs = row(scenario, played["ours"]), row(scenario, played[REFERENCE])
    yield at_least("lowest helper in time", cell, ours.lowest_helper or math.nan, 69)
    yield at_most("abandonment above home first", cell, above(played, "abandoned"), 0.3)
    if ours.hot_abandoned and theirs.hot_abandoned:
        hot = ours.hot_abandoned.mean - theirs.hot_abandoned.mean
        yield at_most("hot abandonment above home first", cell, hot, 1)


def _callbacks(cell: str, scenario: Scenario, played: Played) -> Iterator[Target]:
    found = row(scenario, played["ours-callbacks"])
    lowest = found.lowest_helper or math.nan
    if cell == "S4-slack":
        yield at_most("abandonment with callbacks", cell, found.abandoned.mean, 5)
        yield at_least("lowest helper with callbacks", cell, lowest, 78)
        yield at_most("lost with callbacks", cell, found.lost.mean, 10)
    else:
        yield at_least("lowest helper with callbacks", cell, lowest, 69)
        lost = above(played, "lost", ours="ours-callbacks")
        yield at_most("lost with callbacks above home first without", cell, lost, 0)


def _everywhere(cell: str, played: Played) -> Iterator[Target]:
    share: Callable[[Measures], float] = lambda day: day.nation.share("abandoned")  # noqa: E731
    for policy, days in played.items():
        if not policy.startswith("ours") and "callbacks" not in policy:
            found = paired(played["ours"], days, share)
            name = f"abandonment above {policy}, 95 % upper bound"
            yield at_most(name, cell, found.mean + found.half, 0.2)


def _aided_after(scenario: Scenario, days: Sequence[Measures]) -> float:
    """Aided share of the ten minutes that begin ten minutes after the spike, seeds pooled."""
    bin_ = int((max(spike.to_h for spike in scenario.spikes) * HOUR + BIN_S) / BIN_S)
    return pooled(day.bins[bin_] for day in days).share("aided")

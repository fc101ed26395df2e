"""What is lived: a small country, who calls when, how long people wait and talk. Arithmetic and chance alone.

The same distributions feed the people of the real afternoon and those of each run of the twin.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from callsvc.planning.twin.scenario import Hours, People, RegionPart, Scenario, Spike
from callsvc.planning.twin.traces import Trace, handling
from callsvc.planning.twin.world import trace_of

SHARES: Final = {"11": 0.27, "84": 0.18, "32": 0.15, "75": 0.15, "76": 0.13, "44": 0.12}
"""Region -> its part of the agents and, on a usual day, of the calls."""
PLATFORMS: Final = {"11": "75", "84": "69", "32": "59", "75": "33", "76": "31", "44": "67"}
"""Region -> the one platform its agents sit at."""
SPIKED: Final = "44"
POLICY: Final = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An afternoon. Times are lived; ``load`` in erlangs an agent on a usual day."""

    minutes: float = 90.0
    agents: int = 200
    load: float = 0.7
    times: float = 5.0  # the calls of the spiked region, over the usual, in the second third
    handle_s: float = 300.0
    handle_cv: float = 0.8
    aid_slower: float = 1.1
    grace_s: float = 10.0  # nobody gives up sooner...
    patience_s: float = 150.0  # ...and with it, how long they wait on average
    wrap_up: float = 0.15  # part of the handling time that comes after the call
    speed: float = 5.0  # lived seconds per real second
    seed: int = 1

    @property
    def length_s(self) -> float:
        return self.minutes * 60.0

    @property
    def spike_s(self) -> tuple[float, float]:
        """From when to when the spiked region has so many calls."""
        return self.length_s / 3, self.length_s * 2 / 3

    @property
    def staff(self) -> dict[str, int]:
        """Agents of each region; each has one at least."""
        return {code: max(1, round(self.agents * share)) for code, share in SHARES.items()}


def scenario(plan: Plan, terms: Mapping[str, Any] | None = None) -> Scenario:
    """The afternoon as the twin reads it; ``terms``: what the service's administrator chose about aid."""
    start, end = (second / 3600 for second in plan.spike_s)
    hours = plan.length_s / 3600
    return Scenario(
        title="An afternoon on the simulator",
        hours=hours,
        measured=Hours(from_h=0.0, to_h=hours),
        people=People(
            patience_s=plan.patience_s,
            handle_s=plan.handle_s,
            handle_cv=plan.handle_cv,
            aid_slower=plan.aid_slower,
        ),
        regions=[
            RegionPart(code=code, agents=agents, load=plan.load * agents)
            for code, agents in plan.staff.items()
        ],
        spikes=[Spike(regions=[SPIKED], times=plan.times, from_h=start, to_h=end)],
        terms=dict(terms or {}),
        policies=[POLICY],
    )


def arrivals(plan: Plan) -> list[tuple[float, int]]:
    """Who calls when: lived seconds from the start and the place of the region; the same for everybody."""
    drawn = trace_of(scenario(plan), plan.seed)
    return list(zip(drawn.at, drawn.home, strict=True))


def patience(plan: Plan, chance: Random) -> Callable[[], float]:
    """Draws how many seconds somebody waits: never less than the grace, then as the twin's people do."""
    return lambda: plan.grace_s + chance.expovariate(1 / (plan.patience_s - plan.grace_s))


def handling_times(plan: Plan, chance: Random) -> Callable[[], float]:
    """Draws how many seconds an agent is busy with a call of the own region, wrap-up included."""
    return handling(scenario(plan).people, chance)


def drawn_trace(
    plan: Plan, calls: Sequence[tuple[float, int]], takes: Sequence[tuple[float, float]], seed: int
) -> tuple[Trace, list[float]]:
    """The same arrivals with patience and handling times of their own, for one run of the twin.

    The twin's agents answer at once. The service needs some seconds from the offer to the conversation, and
    keeps an agent longer than the handling time: ``takes`` has both of each conversation it held, and each
    call here draws one of these pairs. The first is taken from what the caller waits, for whoever has so
    little patience left when they are offered gives up before the two have met, and is returned for each
    call; the second is added to what the agent is busy.
    """
    chance = Random(seed)  # noqa: S311 - a simulation is meant to be repeatable
    waits, needs = patience(plan, chance), handling_times(plan, chance)
    drawn = [chance.choice(takes or [(0.0, 0.0)]) for _ in calls]
    found = [
        (at, home, max(0.0, waits() - set_up_s), needs() + overhead_s, 1.0, 1.0)
        for (at, home), (set_up_s, overhead_s) in zip(calls, drawn, strict=True)
    ]
    return Trace(found), [set_up_s for set_up_s, _ in drawn]

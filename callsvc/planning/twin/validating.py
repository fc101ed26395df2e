"""The twin against the formulas: one pool with exponential times must agree with Erlang A and C."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from callsvc.planning.twin.measures import Measures
from callsvc.planning.twin.parts import Hours
from callsvc.planning.twin.playing import play
from callsvc.planning.twin.scenario import People, Policy, RegionPart, Scenario
from callsvc.routing.rules.erlang import Pool, answer, erlang_c

ENDLESS_S = 1e9
"""A patience nobody loses: Erlang C."""
A_CASES = ((5, 0.8), (20, 0.85), (45, 0.95), (45, 1.2), (600, 0.95), (600, 1.05))
C_CASES = ((5, 0.64), (20, 0.8), (45, 0.9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One figure of one pool: the twin's mean over seeds, its standard error, and the formula."""

    formula: str
    agents: int
    load: float
    figure: str
    twin: float
    error: float
    exact: float

    @property
    def off(self) -> float:
        """How many standard errors the twin is off."""
        return abs(self.twin - self.exact) / self.error if self.error else 0.0


def pool_scenario(agents: int, load: float, patience_s: float, *, hours: float) -> Scenario:
    """One pool, measured after two hours of settling."""
    return Scenario(
        title="One pool",
        hours=hours,
        measured=Hours(from_h=2, to_h=hours),
        people=People(patience_s=patience_s, handle="exponential"),
        regions=[RegionPart(code="P", agents=agents, load=load * agents)],
        policies=["isolated"],
    )


def validate(
    seeds: Iterable[int],
    *,
    cases_a: Iterable[tuple[int, float]] = A_CASES,
    cases_c: Iterable[tuple[int, float]] = C_CASES,
    hours: float = 0.0,
    processes: int = 0,
) -> list[Check]:
    """Service level within 20 s and abandonment of each pool, as parts of one.

    ``hours``: how long each day is; 0 = 48 for small pools, 12 for large ones.
    """
    wanted, checks = list(seeds), []
    for agents, load in cases_a:
        scenario = pool_scenario(agents, load, 150.0, hours=hours or _hours(agents))
        pool = Pool(agents=agents, load=load * agents, handle_s=540.0, patience_s=150.0)
        exact = answer(pool, 20.0)
        shares = {"in_time": exact.in_time, "abandoned": exact.abandoned}
        checks += _check("Erlang A", scenario, shares, play(scenario, seeds=wanted, processes=processes))
    for agents, load in cases_c:
        scenario = pool_scenario(agents, load, ENDLESS_S, hours=hours or _hours(agents))
        shares = {"in_time": erlang_c(agents, load * agents, 540.0, 20.0)}
        checks += _check("Erlang C", scenario, shares, play(scenario, seeds=wanted, processes=processes))
    return checks


def _hours(agents: int) -> float:
    return 48.0 if agents < 100 else 12.0


def _check(
    formula: str,
    scenario: Scenario,
    shares: Mapping[str, float],
    played: Mapping[Policy, Sequence[Measures]],
) -> list[Check]:
    part, checks = scenario.regions[0], []
    for name, exact in shares.items():
        found = [day.nation.share(name) / 100 for day in played["isolated"]]
        checks.append(
            Check(
                formula=formula,
                agents=part.agents,
                load=part.load / part.agents,
                figure=name,
                twin=fmean(found),
                error=stdev(found) / len(found) ** 0.5,
                exact=exact,
            )
        )
    return checks

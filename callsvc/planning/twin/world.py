"""From a scenario to what a day is played with: the calls of a seed, the regions, what changes during it."""

import csv
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from random import Random

from callsvc.core.errors import Invalid
from callsvc.planning.twin.agreed import everybody, pacts
from callsvc.planning.twin.campaigns import Tried, call_people
from callsvc.planning.twin.day import Day
from callsvc.planning.twin.france import NAMES, PEOPLE, nearest
from callsvc.planning.twin.parts import Somewhere
from callsvc.planning.twin.queues import Queued
from callsvc.planning.twin.scenario import RegionPart, Scenario
from callsvc.planning.twin.traces import Segment, Trace, draw_trace, recorded_trace
from callsvc.routing.rules.erlang import Pool, answer
from callsvc.routing.rules.reserves import reserve

LEAST_AGENTS = 3
"""A region has at least so many agents, however few people live there."""
HOUR = 3600.0


def plan(scenario: Scenario) -> list[RegionPart]:
    """The regions with their agents and usual load in erlangs."""
    if scenario.regions:
        return scenario.regions
    staffing, people = scenario.staffing, sum(PEOPLE.values())
    planned = []
    for code, name in NAMES.items():
        share = PEOPLE[code] / people
        if staffing.alone:
            load = staffing.load * share
            agents = staffed_alone(load, scenario.people.handle_s, scenario.people.patience_s)
        else:
            agents = max(LEAST_AGENTS, round(staffing.agents * share))
            load = staffing.load * agents
        planned.append(RegionPart(code=code, name=name, agents=agents, load=load))
    return planned


@lru_cache(maxsize=1024)
def staffed_alone(load: float, handle_s: float, patience_s: float) -> int:
    """Fewest agents that answer 80 % within 20 s, by Erlang A."""
    agents = 1
    pool = {"load": load, "handle_s": handle_s, "patience_s": patience_s}
    while answer(Pool(agents=agents, **pool), 20.0).in_time < 0.8:
        agents += 1
    return agents


def open_regions(scenario: Scenario, *, computed: bool, floor: float) -> list[Queued]:
    """The regions as the day opens, everybody idle."""
    people, planned = scenario.people, plan(scenario)
    regions = []
    for index, part in enumerate(planned):
        kept = 0
        if computed:
            kept = reserve(
                part.agents, part.load, floor, handle_s=people.handle_s, patience_s=people.patience_s
            )
        agents = part.agents if scenario.day is None else scenario.day.on_duty(part.code, 0.0)
        handle_s = people.handle_s if scenario.day is None else scenario.day.handling(part.code)
        one = Queued(index, part.code, agents, handle_s=handle_s, reserve=kept)
        one.floor, one.declared = part.floor, part.reserve
        if part.reserve is not None:
            one.kept = part.reserve
        one.name = part.name or NAMES.get(part.code, part.code)
        regions.append(one)
    by_code = {region.code: region for region in regions}
    for region in regions:
        order = nearest(region.code) if region.code in NAMES else tuple(by_code)
        region.nearest = [code for code in order if code in by_code and code != region.code]
        region.near = [by_code[code] for code in region.nearest]
    return regions


def segments(scenario: Scenario) -> list[Segment]:
    """Arrival rates, piecewise constant: the curve by half hours, times every spike."""
    cuts = {0.0, scenario.hours}
    cuts |= {step / 2 for step in range(len(scenario.curve) + 1)}
    cuts |= {hour for spike in scenario.spikes for hour in (spike.from_h, spike.to_h)}
    edges = sorted(hour for hour in cuts if hour <= scenario.hours)
    found = []
    for index, part in enumerate(plan(scenario)):
        for start, end in pairwise(edges):
            half = int(start * 2)
            rate = part.load / scenario.people.handle_s
            rate *= scenario.curve[half] if half < len(scenario.curve) else 1.0
            for spike in scenario.spikes:
                if spike.from_h <= start < spike.to_h and part.code in (spike.regions or (part.code,)):
                    rate *= spike.times
            found.append(Segment(region=index, start_s=start * HOUR, end_s=end * HOUR, rate=rate))
    return found


def trace_of(scenario: Scenario, seed: int) -> Trace:
    """The calls of one seed; of a recorded day, its own arrivals with drawn patience."""
    people = scenario.people
    if scenario.day is not None:
        return scenario.day.trace([part.code for part in plan(scenario)], seed)
    if scenario.recorded:
        return recorded_trace(_recorded(scenario), people, Random(seed))  # noqa: S311 - a simulation
    asked = [one for told in campaigns_of(scenario, seed) for one in told.arrivals]
    return draw_trace(segments(scenario), people, seed, asked)


def campaigns_of(scenario: Scenario, seed: int) -> list[Tried]:
    """What becomes of each campaign on the day of this seed, the same under every policy."""
    planned, found = plan(scenario), []
    for number, campaign in enumerate(scenario.campaigns):
        homes = [
            (index, max(part.load, 0.001))
            for index, part in enumerate(planned)
            if part.code in (campaign.regions or (part.code,))
        ]
        random = Random(f"campaign {number} of {seed}")  # noqa: S311 - a simulation is meant to be repeatable
        found.append(call_people(campaign, homes, scenario.hours * HOUR, random))
    return found


def _recorded(scenario: Scenario) -> list[tuple[float, int, float]]:
    index = {part.code: number for number, part in enumerate(plan(scenario))}
    with Path(scenario.recorded).open(newline="", encoding="utf-8") as file:
        try:
            rows = [
                (float(row["at_s"]), index[row["region"]], float(row["handle_s"]))
                for row in csv.DictReader(file)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid(
                "recording-invalid",
                f"Each line of the recorded day has at_s, region (a known code) and handle_s: {error}.",
            ) from None
    return sorted(rows)


def changes(scenario: Scenario) -> list[tuple[float, Callable[[Day], None]]]:
    """What changes by the clock: agents on duty, and who gives no aid."""
    found: list[tuple[float, Callable[[Day], None]]] = []
    for number, part in enumerate(plan(scenario)):
        for hour in _edges(scenario, part):
            found.append((hour * HOUR, _staffing(number, _on_duty(scenario, part, hour))))
    if scenario.agreements is not None or scenario.orders:
        agreed = scenario.agreements
        if agreed is None:
            agreed = everybody([part.code for part in plan(scenario)], scenario.chosen_terms())
        found += pacts(agreed, scenario.orders)
    for opting in scenario.opt_outs:
        found.append((opting.from_h * HOUR, _opting(scenario, opting, True)))
        if opting.to_h <= scenario.hours:
            found.append((opting.to_h * HOUR, _opting(scenario, opting, False)))
    return found


def _places(scenario: Scenario, part: Somewhere) -> Iterator[int]:
    for index, region in enumerate(plan(scenario)):
        if not part.regions or region.code in part.regions:
            yield index


def _edges(scenario: Scenario, part: RegionPart) -> list[float]:
    """Hours at which the number of agents on duty there changes."""
    shifts = [one for one in scenario.shifts if part.code in (one.regions or (part.code,))]
    edges = {hour for one in shifts for hour in (one.from_h, one.to_h)}
    if scenario.day is not None:
        edges |= {since / HOUR for since, _ in scenario.day.staffing(part.code)}
        if shifts:
            edges.add(0.0)
    return sorted(hour for hour in edges if hour <= scenario.hours)


def _on_duty(scenario: Scenario, part: RegionPart, hour: float) -> int:
    """Agents there from this hour on: the usual, or those of the recorded day, times every shift."""
    agents = part.agents if scenario.day is None else scenario.day.on_duty(part.code, hour * HOUR)
    times = 1.0
    for shift in scenario.shifts:
        if shift.holds(hour) and part.code in (shift.regions or (part.code,)):
            times *= shift.times
    return round(agents * times)


def _staffing(number: int, agents: int) -> Callable[[Day], None]:
    return lambda day: day.staff(day.regions[number], agents)


def _opting(scenario: Scenario, part: Somewhere, opted_out: bool) -> Callable[[Day], None]:
    wanted = list(_places(scenario, part))

    def change(day: Day) -> None:
        for index in wanted:
            day.regions[index].opted_out = opted_out

    return change

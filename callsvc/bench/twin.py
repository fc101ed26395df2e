"""``callsvc bench twin``: a national day of 6,000 agents in virtual time, beside its bare events.

The baseline is what no simulation of that day can do without: pushing and popping as many events on the same
heap, with the same number under way at once. The day with the agents' usual load is five times as many calls.
"""

import json
import time
from dataclasses import asdict, dataclass
from heapq import heappop, heappush
from random import Random

import click

from callsvc.planning.twin.playing import open_day
from callsvc.planning.twin.scenario import Hours, Scenario, Spike, Staffing
from callsvc.planning.twin.world import trace_of

AGENTS, HANDLE_S, DAY_S = 6000, 540.0, 36_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Seconds of one core; ``ratio`` is the day over its bare events."""

    calls: int
    answered: int
    drawn_s: float
    played_s: float
    baseline_s: float
    ratio: float


@click.command()
@click.option("--calls", default=60_000, show_default=True, help="Calls of an ordinary day.")
@click.option("--heavy", is_flag=True, help="The same agents at 80 % of their time, too.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def twin(calls: int, heavy: bool, output: str) -> None:
    """Play one day of 6,000 agents in 18 regions, two of them at four times their calls for three hours."""
    loads = [calls * HANDLE_S / DAY_S / AGENTS, *([0.8] if heavy else [])]
    figures = [_measure(load) for load in loads]
    if output == "json":
        click.echo(json.dumps([asdict(one) for one in figures], indent=1))
        return
    click.echo(
        f"{'calls':>9}{'answered':>10}{'drawing s':>11}{'playing s':>11}{'baseline s':>12}{'ratio':>7}"
    )
    for one in figures:
        click.echo(
            f"{one.calls:9}{one.answered:10}{one.drawn_s:11.2f}{one.played_s:11.2f}"
            f"{one.baseline_s:12.2f}{one.ratio:7.1f}"
        )
    click.echo("seconds of one core; baseline: as many events through the same heap")


def _measure(load: float) -> Figures:
    scenario = Scenario(
        title="A national day",
        staffing=Staffing(agents=AGENTS, load=load),
        spikes=[Spike(regions=["32", "93"], times=4, from_h=3, to_h=6)],
        measured=Hours(from_h=0, to_h=10),
        policies=["ours"],
    )
    began = time.process_time()
    trace = trace_of(scenario, 1)
    drawn = time.process_time()
    day = open_day(scenario, "ours", trace)
    day.run()
    played = time.process_time()
    _bare(2 * len(trace), AGENTS)
    ended = time.process_time()
    return Figures(
        calls=len(trace),
        answered=sum(at > 0 for at in day.answered),
        drawn_s=drawn - began,
        played_s=played - drawn,
        baseline_s=ended - played,
        ratio=(played - drawn) / max(1e-9, ended - played),
    )


def _bare(events: int, under_way: int) -> None:
    random = Random(1)  # noqa: S311 - repeatable
    heap: list[tuple[float, int, int]] = []
    for number in range(events):
        heappush(heap, (number + random.random() * 2 * under_way, 0, number))
        if len(heap) > under_way:
            heappop(heap)

"""``callsvc bench choice``: one choice among 6,000 agents in 18 regions, beside a plain scan of them all.

A choice is: which region helps an arriving call or which call a freed agent takes, then which agent of that
region (those idle with the skill and the language). The baseline looks at each of the 6,000 agents once. With
``--stored``, the same on PostgreSQL with its transaction, beside a bare commit.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import click

from callsvc.bench import meter
from callsvc.bench.choosing import stored_choices
from callsvc.planning.twin.scenario import Scenario, Staffing
from callsvc.planning.twin.world import open_regions
from callsvc.routing.rules.freeing import choose_work
from callsvc.routing.rules.lending import choose_helper
from callsvc.routing.rules.regions import Country, Region
from callsvc.routing.rules.rotating import least_recent_aid
from callsvc.routing.rules.terms import Terms
from callsvc.routing.views import FreeAgent

AGENTS, BUSY, SKILLS, LANGUAGES, ROUNDS = 6000, 0.85, 8, 6, 20_000
START = datetime(2020, 11, 16, 9, tzinfo=UTC)
Group = tuple[int, int]
Idle = dict[str, dict[Group, list[FreeAgent]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Microseconds of one core."""

    what: str
    p50_us: float
    p99_us: float
    most_us: float


@click.command()
@click.option("--stored", is_flag=True, help="With its transaction on PostgreSQL, too; a minute.")
@click.option("--database", default="", help="An empty PostgreSQL database of your own, for --stored.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def choice(stored: bool, database: str, output: str) -> None:
    """Measure the rules of a choice, in microseconds; with --stored its transaction, in milliseconds."""
    country, everybody = _country(Random(1))  # noqa: S311 - repeatable
    idle: Idle = {region.code: {} for region in country.regions}
    for busy, group, agent in everybody:
        if not busy:
            idle[agent.region].setdefault(group, []).append(agent)
    figures = [
        _figures("arrival: region and agent", _timed(lambda n: _arrival(country, idle, n))),
        _figures("freed agent: letter and call", _timed(lambda n: _freed(country, n))),
        _figures("baseline: scan of 6,000", _timed(lambda n: _scan(everybody, n), ROUNDS // 100)),
    ]
    kinds = stored_choices(database) if stored else []
    if output == "json":
        click.echo(json.dumps([*map(asdict, figures), *map(asdict, kinds)], indent=1))
        return
    click.echo(f"{'':32}{'p50':>10}{'p99':>10}{'most':>10}")
    for one in figures:
        click.echo(f"{one.what:32}{one.p50_us:10.1f}{one.p99_us:10.1f}{one.most_us:10.1f}")
    click.echo(
        f"microseconds; p99 of an arrival over the scan's median: {figures[0].p99_us / figures[2].p50_us:.2f}"
    )
    if kinds:
        click.echo(f"\n{'':32}{'choice':>10}{'p99':>10}{'bare':>10}{'ratio':>7}{'cpu':>7}{'statements':>12}")
    for kind in kinds:
        click.echo(
            f"{kind.what:32}{kind.choice_ms:10.2f}{kind.p99_ms:10.2f}{kind.bare_ms:10.2f}{kind.ratio:7.1f}"
            f"{kind.processor_ratio:7.1f}"
            f"{kind.statements:12.0f}"
        )
    if kinds:
        click.echo(
            "milliseconds of the wall clock, medians; each commit waits for the disk; cpu: by processor time"
        )


def _country(random: Random) -> tuple[Country, list[tuple[bool, Group, FreeAgent]]]:
    """Eighteen regions, one agent in seven idle; six regions have calls waiting and nobody idle."""
    scenario = Scenario(title="Choice", staffing=Staffing(agents=AGENTS, load=0.8))
    regions = open_regions(scenario, computed=False, floor=0.7)
    everybody = []
    for number, region in enumerate(regions):
        region.idle = 0
        for agent in range(region.agents):
            busy = random.random() < BUSY
            group = (random.randrange(SKILLS), random.randrange(LANGUAGES))
            everybody.append((busy, group, _agent(region, agent, random)))
            region.idle += not busy
        if number % 3 == 0:
            region.idle, region.waiting, region.active = 0, 40, True
            region.young_since, region.late_since = 990.0, 960.0
    return Country(regions), everybody


def _agent(region: Region, number: int, random: Random) -> FreeAgent:
    return FreeAgent(
        id=f"agt-{region.code}-{number}",
        region=region.code,
        platform=region.code,
        pool="",
        idle_since=START - timedelta(seconds=random.random() * 900),
        last_aid_at=START - timedelta(days=random.random() * 30) if random.random() < 0.5 else None,
    )


def _arrival(country: Country, idle: Idle, number: int) -> None:
    home = country.regions[3 * (number % 6)]
    helper = choose_helper(home)
    if helper is not None:
        agents = idle[helper.code].get((number % SKILLS, number % LANGUAGES))
        if agents:
            least_recent_aid(agents)


def _freed(country: Country, number: int) -> None:
    choose_work(country.regions[number % len(country.regions)], country, Terms(), 1000.0)


def _scan(everybody: Sequence[tuple[bool, Group, FreeAgent]], number: int) -> None:
    """Every agent looked at, as a router that knows no regions would."""
    wanted = (number % SKILLS, number % LANGUAGES)
    fitting = [agent for busy, group, agent in everybody if not busy and group == wanted]
    if fitting:
        least_recent_aid(fitting)


def _timed(act: Callable[[int], None], rounds: int = ROUNDS) -> list[float]:
    took = []
    for number in range(rounds):
        began = time.perf_counter_ns()
        act(number)
        took.append((time.perf_counter_ns() - began) / 1000)
    return took


def _figures(what: str, took: list[float]) -> Figures:
    return Figures(
        what=what, p50_us=meter.quantile(took, 0.5), p99_us=meter.quantile(took, 0.99), most_us=max(took)
    )

"""``callsvc twin``: a day in virtual time, drawn or recorded, policies side by side on the same calls."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from callsvc.core.errors import Invalid
from callsvc.planning.twin import report
from callsvc.planning.twin.drawing import save
from callsvc.planning.twin.lived import lived
from callsvc.planning.twin.playing import play
from callsvc.planning.twin.recording import record_day
from callsvc.planning.twin.recordings import read_recording, written
from callsvc.planning.twin.scenario import (
    POLICIES,
    Policy,
    Scenario,
    load_scenario,
    make_scenario,
    names,
    with_day,
)
from callsvc.planning.twin.settings import settings_of
from callsvc.runtime import Runtime


class _Twin(click.Group):
    """``callsvc twin SCENARIO`` means ``callsvc twin play SCENARIO``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "-h", "--help"):
            args = ["play", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Twin)
def twin() -> None:
    """Rehearse a day: a scenario (``play``, which need not be said), or one that was recorded."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What playing and replaying have in common."""
    for option in (
        click.option(
            "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
        ),
        click.option(
            "--plot",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Draw the day's course: PNG or SVG, as the file's name ends.",
        ),
        click.option("--processes", default=0, show_default="one a processor", help="How many work at once."),
        click.option("--first-seed", type=int, help="The first seed."),
        click.option(
            "--seeds", type=click.IntRange(1, 1000), help="How many days; the scenario's own by default."
        ),
        click.option(
            "--policy", "policies", multiple=True, type=click.Choice(POLICIES), help="Only these; repeat it."
        ),
    ):
        command = option(command)
    return command


@twin.command("play")
@click.argument("scenario", required=False)
@_options
def play_scenario(scenario: str | None, **chosen: Any) -> None:
    """Who answers whom, who waits, who is lost, under our router and under others.

    SCENARIO is a YAML file or the name of a shipped one; without it, their names are listed.
    """
    if scenario is None:
        for name in names():
            click.echo(f"{name:12}{load_scenario(name).title}")
        return
    _play(load_scenario(scenario), **chosen)


@twin.command("record")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.pass_obj
def record(make_rt: Callable[[], Runtime], day: datetime) -> None:
    """Print what happened on DAY (of Paris): calls, staffing, agreements, aid; nothing about anybody."""
    with make_rt().db.read() as tx:
        recording = record_day(tx, day.date())
    click.echo(written(recording), nl=False)


@twin.command("replay")
@click.argument("trace", type=click.Path(path_type=Path))
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another setting, such as terms.floor=0.8."
)
@_options
def replay(trace: Path, settings: Sequence[str], **chosen: Any) -> None:
    """Play a recorded day again, under other settings and other policies.

    TRACE is what ``callsvc twin record`` printed. NAME is a key of a scenario, VALUE is YAML; repeat it.
    """
    recording = read_recording(trace)
    scenario = make_scenario(with_day(recording, settings_of(settings)))
    if chosen["output"] == "text":
        click.echo(report.was(lived(recording)))
    _play(scenario, **chosen)


def _play(
    scenario: Scenario,
    *,
    policies: Sequence[Policy],
    seeds: int | None,
    first_seed: int | None,
    processes: int,
    plot: Path | None,
    output: str,
) -> None:
    if plot is not None and plot.suffix.lower() not in (".png", ".svg"):
        raise Invalid("plot-format-unknown", "Name a file that ends in .png or .svg.")
    first = scenario.seeds.first if first_seed is None else first_seed
    played = play(
        scenario,
        policies=[one for one in POLICIES if one in policies],
        seeds=range(first, first + (seeds or scenario.seeds.count)),
        processes=processes,
    )
    if plot is not None:
        save(plot, scenario, played)
    if output == "json":
        click.echo(json.dumps(report.as_json(scenario, played), indent=1))
    else:
        click.echo(report.text(scenario, played))

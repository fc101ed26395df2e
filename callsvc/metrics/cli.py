"""``callsvc report``: volumes and mutual aid, from the roll-ups."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from callsvc.metrics.queries import Line, Period, Volume, aid, volume
from callsvc.metrics.rollup import roll_up
from callsvc.metrics.rules import DEFAULT_VARIANT, SERVICE_LEVELS
from callsvc.runtime import Runtime

_SHARES = ("contact_rate", "reach_rate", "repeat_rate", "answer_rate", "abandonment_rate", "service_level")
_SHOWN = (
    ("attempts", "attempts"),
    ("people", "people"),
    ("machines", "machines"),
    ("reached", "reached"),
    ("queued", "queued"),
    ("answer_rate", "answer rate"),
    ("service_level", "service level"),
    ("abandoned", "abandoned"),
    ("mean_speed_of_answer_s", "ASA s"),
    ("mean_handle_time_s", "AHT s"),
    ("overflow", "helped"),
    ("repeat_calls", "repeats"),
)


def _instant(_context: Any, _parameter: Any, value: str | None) -> datetime | None:
    """ISO 8601; without an offset it is UTC."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write an instant such as 2020-11-16T08:00+01:00") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _period(command: Callable[..., None]) -> Callable[..., None]:
    """The options both reports share."""
    for option in (
        click.option("--format", "form", type=click.Choice(["text", "json"]), default="text"),
        click.option("--campaign", default="", help="Only this campaign."),
        click.option("--region", default="", help="Only this region's code."),
        click.option("--until", callback=_instant, default=None, help="Before this instant."),
        click.option("--since", callback=_instant, default=None, help="From this instant on."),
    ):
        command = option(command)
    return command


@click.group()
def report() -> None:
    """Call volumes and mutual aid."""


@report.command("volume")
@_period
@click.option("--variant", type=click.Choice(sorted(SERVICE_LEVELS)), default=DEFAULT_VARIANT)
@click.pass_obj
def report_volume(make_rt: Callable[[], Runtime], /, *, variant: str, form: str, **period: Any) -> None:
    """Attempts, answers, waits and outcomes, by region and by 15 minutes."""
    rt = make_rt()
    roll_up(rt)
    with rt.db.read() as tx:
        result = volume(tx, Period(**period), variant)
    if form == "json":
        click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        return
    console = Console(width=150)
    console.print(f"Service level {variant}, answered within {result.threshold_s:g} s. See docs/metrics.md.")
    console.print(_table(result))


@report.command("aid")
@_period
@click.pass_obj
def report_aid(make_rt: Callable[[], Runtime], /, *, form: str, **period: Any) -> None:
    """Who helped whom: calls of the home region (row) taken by agents of a region (column)."""
    rt = make_rt()
    roll_up(rt)
    with rt.db.read() as tx:
        matrix = aid(tx, Period(**period))
    if form == "json":
        rows = [
            {"home": home, "agent_region": helper, "connected": calls, "overflow": home != helper}
            for (home, helper), calls in sorted(matrix.items())
        ]
        click.echo(json.dumps(rows))
        return
    helpers = sorted({helper for _, helper in matrix})
    table = Table("home", *helpers)
    for home in sorted({home for home, _ in matrix}):
        table.add_row(home, *(str(matrix.get((home, helper), "")) for helper in helpers))
    Console(width=150).print(table)


def _table(result: Volume) -> Table:
    table = Table("region", "from", *(title for _, title in _SHOWN))
    for line in (*result.by_interval, *result.by_region, result.total):
        table.add_row(line.region or "all", _start(line), *(_cell(line, name) for name, _ in _SHOWN))
    return table


def _start(line: Line) -> str:
    return f"{line.start:%d %b %H:%M}" if line.start else "total"


def _cell(line: Line, name: str) -> str:
    value = line.figures[name]
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if name in _SHARES else f"{value:.0f}"

"""``callsvc twin SCENARIO``: a day in virtual time, policies side by side on the same calls."""

import json
from pathlib import Path

import click

from callsvc.planning.twin import drawing, report
from callsvc.planning.twin.playing import play
from callsvc.planning.twin.scenario import POLICIES, load_scenario, names


@click.command()
@click.argument("scenario", required=False)
@click.option(
    "--policy", "policies", multiple=True, type=click.Choice(POLICIES), help="Only these; repeat it."
)
@click.option("--seeds", type=click.IntRange(1, 1000), help="How many days; the scenario's own by default.")
@click.option("--first-seed", type=int, help="The first seed.")
@click.option("--processes", default=0, show_default="one a processor", help="How many work at once.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write the day's course as SVG."
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def twin(  # noqa: PLR0917 - click hands over by name
    scenario: str | None,
    policies: tuple[str, ...],
    seeds: int | None,
    first_seed: int | None,
    processes: int,
    plot: Path | None,
    output: str,
) -> None:
    """Rehearse a day: who answers whom, who waits, who is lost, under our router and under others.

    SCENARIO is a YAML file or the name of a shipped one; without it, their names are listed.
    """
    if scenario is None:
        for name in names():
            click.echo(f"{name:12}{load_scenario(name).title}")
        return
    chosen = load_scenario(scenario)
    first = chosen.seeds.first if first_seed is None else first_seed
    count = seeds or chosen.seeds.count
    played = play(
        chosen,
        policies=[one for one in POLICIES if one in policies],
        seeds=range(first, first + count),
        processes=processes,
    )
    if plot is not None:
        plot.write_text(drawing.draw(chosen, played), encoding="utf-8")
    if output == "json":
        click.echo(json.dumps(report.as_json(chosen, played), indent=1))
    else:
        click.echo(report.text(chosen, played))

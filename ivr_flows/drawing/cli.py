"""``flow graph``: a drawing of a flow as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ivr_flows.definition import load
from ivr_flows.drawing import draw
from ivr_flows.findings import FlowInvalid

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("graph")
@click.argument("file", type=_FILE)
@click.option(
    "--counts", type=_FILE, help='Sessions by exit, as JSON: {"start.keys.1": 80, "start.hangup": 12}.'
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write; the terminal by default."
)
def graph_command(file: Path, counts: Path | None, output: Path | None) -> None:
    """Draw a flow as SVG, with the sessions that took each exit when they are given."""
    try:
        definition = load(file.read_text("utf-8"))
    except FlowInvalid as error:
        raise click.ClickException(str(error)) from None
    drawn = draw(definition, None if counts is None else _counts(counts), alone=True)
    if output is None:
        click.echo(drawn)
    else:
        output.write_text(drawn + "\n", "utf-8")
        click.echo(f"{output}: {len(definition.steps)} steps")


def _counts(path: Path) -> dict[str, int]:
    try:
        data: Any = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{path} is not JSON: {error}") from None
    if not isinstance(data, dict) or not all(isinstance(n, int) and n >= 0 for n in data.values()):
        raise click.ClickException(f'{path} must be like {{"start.keys.1": 80, "start.hangup": 12}}')
    return data

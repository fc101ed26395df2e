"""``flow new``: a flow of one's own, begun from one of the library."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ivr_flows.library import conversations_text, flow_text, names


@click.command("new")
@click.argument("flow_id", metavar="ID")
@click.option(
    "--template",
    type=click.Choice(names()),
    default="callback",
    show_default=True,
    help="The flow to begin from.",
)
def new_command(flow_id: str, template: str) -> None:
    """Write ID.yaml and its conversations ID.test.yaml here; overwrites nothing."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,59}", flow_id):
        raise click.BadParameter("a flow is named in lower-case letters, digits and -")
    flow, conversations = Path(f"{flow_id}.yaml"), Path(f"{flow_id}.test.yaml")
    for path in (flow, conversations):
        if path.exists():
            raise click.ClickException(f"{path} is there already; choose another name, or remove it")
    text = re.sub(r"^id: .*$", f"id: {flow_id}", flow_text(template), count=1, flags=re.MULTILINE)
    flow.write_text(text, "utf-8")
    conversations.write_text(conversations_text(template), "utf-8")
    click.echo(f"{flow} and {conversations}, from {template}")

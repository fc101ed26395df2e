"""``flow reference``: the page of every field, and renewing it."""

from __future__ import annotations

from pathlib import Path

import click

from ivr_flows.reference import page

PAGE = Path("docs/flow-reference.md")


@click.command("reference")
@click.option("--write", is_flag=True, help=f"Renew {PAGE} of the working directory.")
def reference_command(write: bool) -> None:
    """Print every field of a flow as Markdown."""
    if write:
        PAGE.write_text(page(), "utf-8")
        click.echo(f"{PAGE} renewed")
    else:
        click.echo(page(), nl=False)

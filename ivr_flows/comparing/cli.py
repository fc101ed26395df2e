"""``flow diff``: what changed between two files, in words."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import click

from ivr_flows.comparing import changes
from ivr_flows.definition import Definition, load
from ivr_flows.findings import FlowInvalid
from ivr_flows.saying import LANGUAGES, in_language, say

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_HEADINGS = {"flow": say("The flow"), "prompts": say("What is said"), "steps": say("What happens")}


@click.command("diff")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def diff_command(old: Path, new: Path, style: str, language: str) -> None:
    """Say what changed between two versions of a flow."""
    before, after = _loaded(old), _loaded(new)
    found = changes(before, after)
    if style == "json":
        told = [{**each.as_dict(), "sentence": each.spoken(language)} for each in found]
        versions = {"old": before.version, "new": after.version}
        click.echo(json.dumps({**versions, "changes": told}, ensure_ascii=False))
        return
    if not found:
        click.echo(in_language(say("the same version"), language))
    for group, each in groupby(found, key=lambda change: change.group):
        click.echo(in_language(_HEADINGS[group], language))
        for change in each:
            click.echo(f"  {change.spoken(language)}")


def _loaded(path: Path) -> Definition:
    try:
        return load(path.read_text("utf-8"))
    except FlowInvalid as error:
        raise click.ClickException(f"{path}: {error}") from None

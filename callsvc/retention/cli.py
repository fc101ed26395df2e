"""``callsvc retention``: what would be erased, and erasing it now instead of within the hour."""

import json
from collections.abc import Callable
from dataclasses import asdict

import click

from callsvc.retention.astray import astray, mend_astray
from callsvc.retention.passing import forget_due, preview_retention
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]
_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.group()
def retention() -> None:
    """Personal data that nobody needs any more: docs/retention.md."""


@retention.command("preview")
@_form
@click.pass_obj
def preview(make_runtime: MakeRuntime, form: str) -> None:
    """Count whom it would erase now, and change nothing."""
    with make_runtime().db.read() as tx:
        due = preview_retention(tx)
    if form == "json":
        click.echo(json.dumps(asdict(due)))
        return
    click.echo(f"{due.people} people and {due.numbers} numbers would be erased ({due.days} days)")


@retention.command("run")
@_form
@click.pass_obj
def run(make_runtime: MakeRuntime, form: str) -> None:
    """Erase them now; interrupted, it goes on where it stood."""
    people, numbers = forget_due(make_runtime(), at_once=True)
    if form == "json":
        click.echo(json.dumps({"people": people, "numbers": numbers}))
        return
    click.echo(f"{people} people and {numbers} numbers erased")


@retention.command("verify")
@click.option("--mend", is_flag=True, help="End what can be ended without losing anybody.")
@_form
@click.pass_context
def verify(ctx: click.Context, form: str, *, mend: bool) -> None:
    """Look for rows that point nowhere; exit code 1 when there are any left."""
    rt: Runtime = ctx.obj()
    if mend:
        with rt.db.begin() as tx:
            mend_astray(tx)
    with rt.db.read() as tx:
        found = astray(tx.execute)
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in found]))
    for one in found if form == "text" else ():
        click.echo(f"{one.rows:>6}  {one.kind}: {', '.join(one.people)}")
    if form == "text" and not found:
        click.echo("No row points nowhere.")
    ctx.exit(1 if found else 0)

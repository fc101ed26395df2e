"""``callsvc routing``: what holds for all regions."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import click

from callsvc.core.errors import Invalid
from callsvc.routing.terms import change_terms, chosen_of, history_of, terms_of
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]
_STYLE = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def routing() -> None:
    """The order of service and how far aid goes, for the whole country."""


@routing.command("terms")
@click.argument("changes", nargs=-1, metavar="[NAME=VALUE]...")
@_STYLE
@click.pass_obj
def terms(make_rt: MakeRuntime, changes: Sequence[str], style: str) -> None:
    """Show what is chosen; with NAME=VALUE (order=first-come, callback_after_s=never) change it first."""
    wanted = dict(_read(change) for change in changes)
    with make_rt().db.begin() as tx:
        chosen = chosen_of(change_terms(tx, None, **wanted) if wanted else terms_of(tx))
    if style == "json":
        click.echo(json.dumps(chosen, indent=1))
        return
    for name, value in chosen.items():
        click.echo(f"{name}={'never' if value is None else value}")


@routing.command("changes")
@_STYLE
@click.pass_obj
def changes(make_rt: MakeRuntime, style: str) -> None:
    """Who changed what, the newest first."""
    with make_rt().db.read() as tx:
        found = history_of(tx)
    if style == "json":
        click.echo(json.dumps(found, default=str, indent=1))
        return
    for one in found:
        said = ", ".join(f"{name}: {before} -> {after}" for name, (before, after) in one["changed"].items())
        click.echo(f"{one['at']:%Y-%m-%d %H:%M} {one['by']}: {said}")


def _read(change: str) -> tuple[str, Any]:
    name, is_one, text = change.partition("=")
    if not is_one:
        raise Invalid("terms-invalid", f"{change} is not NAME=VALUE, such as order=first-come.")
    words = {"never": None, "true": True, "false": False}
    if text in words:
        return name, words[text]
    try:
        return name, float(text)
    except ValueError:
        return name, text

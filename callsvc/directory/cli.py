"""``callsvc directory``: whom calls may be transferred to."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import sqlalchemy as sa

from callsvc.core.text_files import text_of
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.directory.tables import directory_target
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]
BY_COMMAND = "command line"


@click.group()
def directory() -> None:
    """Targets of transfers: what flows and desks may name."""


@directory.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def apply(make_rt: MakeRuntime, file: Path) -> None:
    """Make the directory what FILE says; what it does not name is removed."""
    done = apply_directory(make_rt(), read_directory(text_of(file)), BY_COMMAND)
    click.echo(f"{len(done.added)} added, {len(done.changed)} changed, {len(done.removed)} removed")


@directory.command("list")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def list_targets(make_rt: MakeRuntime, style: str) -> None:
    """The names, and what each is; no number is shown."""
    with make_rt().db.read() as tx:
        rows = tx.all(sa.select(directory_target).order_by(directory_target.c.name))
    if style == "json":
        click.echo(json.dumps([_told(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        where = f"queue {row.skill}" if row.skill else "number"
        click.echo(f"{row.name}: {row.title} ({where}, {row.days} {row.opens}-{row.closes})")


def _told(row: sa.Row[tuple[str, ...]]) -> dict[str, object]:
    columns = ("name", "title", "skill", "platform_code", "region_code", "opens", "closes", "zone")
    lists = {
        key: getattr(row, key).split(",") if getattr(row, key) else []
        for key in ("days", "serves", "used_by")
    }
    return {key: getattr(row, key) for key in columns} | lists

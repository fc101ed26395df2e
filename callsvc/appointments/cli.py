"""``callsvc slots``: moments with room for appointments."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import sqlalchemy as sa

from callsvc.appointments.slot_files import apply_slots, read_slots
from callsvc.appointments.tables import appointment_slot
from callsvc.core.text_files import text_of
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]


@click.group()
def slots() -> None:
    """Moments with room for appointments, which flows offer and book."""


@slots.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def apply(make_rt: MakeRuntime, file: Path) -> None:
    """Add the slots of FILE (YAML or CSV), or change how many people they take."""
    done = apply_slots(make_rt(), read_slots(text_of(file), file.name))
    click.echo(f"{done.added} added, {done.changed} changed")


@slots.command("list")
@click.option("--platform", "platform_code", default="", help="Of this platform only.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def list_slots(make_rt: MakeRuntime, platform_code: str, style: str) -> None:
    """The slots still to come, with how many places are taken."""
    with make_rt().db.read() as tx:
        wanted = sa.select(appointment_slot).where(appointment_slot.c.starts_at > tx.now)
        if platform_code:
            wanted = wanted.where(appointment_slot.c.platform_code == platform_code)
        rows = tx.all(wanted.order_by(appointment_slot.c.starts_at, appointment_slot.c.id))
    if style == "json":
        columns = ("id", "platform_code", "kind", "place", "reason", "capacity", "taken")
        told = [
            {name: getattr(row, name) for name in columns} | {"starts_at": row.starts_at.isoformat()}
            for row in rows
        ]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for row in rows:
        where = f"{row.platform_code} {row.kind} {row.place}".strip()
        click.echo(
            f"{row.starts_at:%Y-%m-%d %H:%M} UTC {row.reason} ({where}): {row.taken} of {row.capacity}"
        )

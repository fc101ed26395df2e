"""``callsvc db``."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from callsvc.runtime import Runtime


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.pass_obj
def upgrade(runtime: "Callable[[], Runtime]") -> None:
    """Bring the database to the newest version; safe to repeat."""
    from callsvc.migrations import current_version
    from callsvc.migrations import upgrade as bring_up

    engine = runtime().db.engine
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    before = current_version(engine)
    bring_up(engine)
    after = current_version(engine)
    click.echo(f"The database is at version {after}" + (", as before." if after == before else "."))

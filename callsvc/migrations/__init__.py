"""Schema versions. ``callsvc db upgrade`` brings any database to the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from callsvc.core.errors import Conflict

SLICES = (
    "web",
    "platforms",
    "contacts",
    "accounts",
    "agents",
    "softphone",
    "directory",
    "flows",
    "campaigns",
    "calls",
    "messages",
    "routing",
    "dialing",
    "retention",
    "appointments",
    "people",
    "planning",
    "metrics",
    "operations",
)


def load_tables() -> None:
    """Import every ``tables`` module, so that the metadata is complete."""
    for name in SLICES:
        import_module(f"callsvc.{name}.tables")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, version: str = "head") -> None:
    """Bring the database to the newest version; does nothing when it is there already."""
    with engine.connect() as connection, _tables_may_be_replaced(connection), connection.begin():
        command.upgrade(_config(connection), version)
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise Conflict("upgrade-broke-references", "The upgrade was undone: rows would point nowhere.")


@contextmanager
def _tables_may_be_replaced(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by replacing its table, which the rows that point to it would forbid.

    Their keys are checked before the commit instead. The switch has no effect inside a transaction.
    """
    raw = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def current_version(engine: Engine) -> str | None:
    with engine.connect() as connection, connection.begin():
        return MigrationContext.configure(connection).get_current_revision()


def newest_version() -> str | None:
    """The version ``upgrade`` leads to."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()

"""An empty database before each test: a new file for SQLite, deleted rows for PostgreSQL.

TRUNCATE gives each of its tables and indexes a new file: 25 ms of the server's processor time for tables that
hold next to nothing. Asking which tables hold anything and deleting from those takes one.
"""

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from callsvc.core.db import metadata
from callsvc.migrations import load_tables

MANY = 10_000
"""Deleted rows stay in a table's file and are read past until it is vacuumed; with so many, truncate."""


def empty(engine: sa.Engine) -> None:
    """Of PostgreSQL: leave no row in any table, and start every counter again."""
    with engine.begin() as connection:
        # Neither foreign keys nor the triggers that forbid deleting are asked.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        held = connection.exec_driver_sql(_which_hold_anything()).scalars().all()
        gone = sum(connection.exec_driver_sql(f'DELETE FROM "{name}"').rowcount for name in held)
        if gone > MANY:
            names = ", ".join(f'"{name}"' for name in _names())
            connection.exec_driver_sql(f"TRUNCATE {names} CASCADE")
        connection.exec_driver_sql(
            "SELECT setval(sequencename::regclass, start_value, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        )


def renew(engine: sa.Engine, template: Path) -> None:
    """Put a copy of the template where this engine's file was; who still holds that one writes to nowhere."""
    engine.dispose()
    path = Path(str(engine.url.database))
    for old in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        old.unlink(missing_ok=True)
    path.write_bytes(template.read_bytes())


@cache
def _names() -> tuple[str, ...]:
    load_tables()
    return tuple(table.name for table in metadata.sorted_tables)


@cache
def _which_hold_anything() -> str:
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in _names())

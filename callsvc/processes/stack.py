"""A whole installation on this machine: addresses, keys, a clock, a database, and its supervisor."""

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from callsvc.core.errors import Conflict
from callsvc.core.settings import Settings
from callsvc.processes.environment import embedded_environment, given_environment
from callsvc.processes.ports import require_free
from callsvc.processes.supervisor import Supervisor
from callsvc.processes.table import Ports, Process, processes


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Everything a caller needs to know about an installation that runs or is about to."""

    directory: Path
    ports: Ports
    environment: Mapping[str, str]
    processes: tuple[Process, ...]

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def stream_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.stream}"

    @property
    def simulator_url(self) -> str:
        return self.environment["TWILIO_API_BASE_URL"]

    @property
    def redis_url(self) -> str:
        return self.environment["REDIS_URL"]

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    def settings(self) -> Settings:
        """The settings of the processes, read from their environment and not from ours."""
        names = {name.upper(): name for name in Settings.model_fields}
        return Settings(**{names[k]: v for k, v in self.environment.items() if k in names})  # type: ignore[arg-type]

    def supervisor(
        self, say: Callable[[str], None] = lambda _: None, *, show_logs: bool = False
    ) -> Supervisor:
        return Supervisor(
            self.processes,
            environment=self.environment,
            directory=self.directory,
            say=say,
            show_logs=show_logs,
        )

    def upgrade_database(self) -> None:
        """Create the database, or bring it to the newest version."""
        from callsvc.core.db import connect
        from callsvc.migrations import upgrade

        engine = connect(self.database_url)
        upgrade(engine)
        engine.dispose()


@contextmanager
def sole_use(directory: Path) -> Iterator[None]:
    """One installation a directory: to be held from before ``prepare`` until all is stopped.

    Raises ``already-running``; two would write over each other's data.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(
                "already-running", f"The installation in {directory.resolve()} is already running."
            ) from None
        yield


def clock_environment(origin: datetime, speed: float) -> dict[str, str]:
    """A life clock that shows ``origin`` now and runs ``speed`` lived seconds a second from here."""
    return {
        "CALLSVC_CLOCK_ORIGIN": origin.isoformat(),
        "CALLSVC_CLOCK_REAL_ORIGIN": repr(time.time()),
        "CALLSVC_CLOCK_SPEED": repr(speed),
    }


def simulator_webhooks(public_base_url: str) -> dict[str, str]:
    """Where the embedded carrier sends calls and texts that people make to the platform's numbers."""
    base = f"{public_base_url.rstrip('/')}/webhooks"
    return {
        "SIMULATOR_VOICE_URL": f"{base}/voice/inbound",
        "SIMULATOR_STATUS_URL": f"{base}/status/inbound",
        "SIMULATOR_SMS_URL": f"{base}/messages/inbound",
    }


def prepare(
    directory: Path,
    ports: Ports,
    *,
    given: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
) -> Stack:
    """An installation in this directory, nothing started yet.

    A part whose address is given (``DATABASE_URL``, ``REDIS_URL``, ``TWILIO_API_BASE_URL``) is real and left
    alone; the others are embedded. ``extra`` is set for all processes and wins over everything.
    Raises ``port-in-use``.
    """
    given = given_environment() if given is None else given
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    embedded = {
        name
        for name, setting in {"redis": "REDIS_URL", "simulator": "TWILIO_API_BASE_URL"}.items()
        if setting not in given
    }
    require_free(ports, embedded | {"web", "stream"})
    addresses = {
        "DATABASE_URL": f"sqlite:///{directory / 'callsvc.db'}",
        "REDIS_URL": f"redis://127.0.0.1:{ports.redis}/0",
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{ports.simulator}",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{ports.web}",
        "CALLSVC_STREAM_URL": f"http://127.0.0.1:{ports.stream}",
    }
    environment = {**embedded_environment(directory, given, addresses), **given, **(extra or {})}
    environment = {**simulator_webhooks(environment["PUBLIC_BASE_URL"]), **environment}
    chosen = tuple(
        process
        for process in processes(ports, directory)
        if process.name in embedded or process.name not in {"redis", "simulator"}
    )
    return Stack(directory=directory, ports=ports, environment=environment, processes=chosen)

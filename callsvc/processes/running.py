"""A whole stack, lent to the demo, a measurement or a test: processes, free ports, a clock, a directory.

    with running_stack(tmp_path, speed=60) as stack:
        requests.get(stack.web_url + "/healthz", timeout=5)
        os.kill(stack.pids()["worker-dialing"], signal.SIGKILL)  # comes back by itself
        stack.hold("redis")                                      # an outage ...
        stack.release("redis")                                   # ... and its end
        stack.runtime()                                          # the same world, for looking into the tables

It stops in order when the block ends, whatever happened inside.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from callsvc.core.errors import Unavailable
from callsvc.core.settings import Settings
from callsvc.processes.logs import last_words, log_file
from callsvc.processes.ports import free_ports
from callsvc.processes.stack import Stack, clock_environment, prepare
from callsvc.processes.supervisor import Supervisor

if TYPE_CHECKING:
    from callsvc.runtime import Runtime

MONDAY_MORNING = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)


@dataclass(kw_only=True)
class RunningStack:
    """A stack that runs; addresses, process ids, and the means to break it."""

    stack: Stack
    supervisor: Supervisor
    said: list[str] = field(default_factory=list)  # what the supervisor reported, such as restarts

    @property
    def directory(self) -> Path:
        return self.stack.directory

    @property
    def web_url(self) -> str:
        return self.stack.web_url

    @property
    def stream_url(self) -> str:
        return self.stack.stream_url

    @property
    def simulator_url(self) -> str:
        return self.stack.simulator_url

    @property
    def redis_url(self) -> str:
        return self.stack.redis_url

    @property
    def database_url(self) -> str:
        return self.stack.database_url

    @property
    def environment(self) -> Mapping[str, str]:
        """What every process sees, keys included; hand it to a command started beside the stack."""
        return self.stack.environment

    def pids(self) -> dict[str, int]:
        return self.supervisor.pids()

    def hold(self, name: str) -> None:
        self.supervisor.hold(name)

    def release(self, name: str) -> None:
        self.supervisor.release(name)

    def log(self, name: str, lines: int = 50) -> str:
        return last_words(log_file(self.directory, name), lines)

    def runtime(self) -> "Runtime":
        """A Runtime on the stack's database, clock and carrier. Dispose of ``rt.db.engine`` after use."""
        from callsvc.assembly import make_runtime

        return make_runtime(self.stack.settings())


@contextmanager
def running_stack(
    directory: Path,
    *,
    origin: datetime = MONDAY_MORNING,
    speed: float = 1.0,
    extra: Mapping[str, str] | None = None,
    only: set[str] | None = None,
    ready_within_s: float = 60.0,
) -> Iterator[RunningStack]:
    """Start a stack on embedded parts, wait until it is ready, stop it at the end.

    ``extra`` adds environment variables (``DATABASE_URL`` for PostgreSQL); ``only`` names the processes
    wanted. Nothing of the caller's own configuration is used. Raises ``process-not-ready``.
    """
    environment = {**_neutral(), **(extra or {})}
    stack = prepare(directory, free_ports(), given=environment, extra=clock_environment(origin, speed))
    if only is not None:
        stack = replace(stack, processes=tuple(p for p in stack.processes if p.name in only))
    stack.upgrade_database()
    said: list[str] = []
    supervisor = stack.supervisor(said.append)
    ready, failures = threading.Event(), []

    def supervise() -> None:
        try:
            supervisor.run(ready.set, ready_within_s=ready_within_s)
        except BaseException as error:  # told in the caller's thread
            failures.append(error)
            ready.set()

    thread = threading.Thread(target=supervise, name="supervisor", daemon=True)
    thread.start()
    try:
        ready.wait()
        if failures:
            raise failures[0]
        yield RunningStack(stack=stack, supervisor=supervisor, said=said)
    finally:
        supervisor.request_stop()
        thread.join(timeout=30)
        if thread.is_alive():
            raise Unavailable("stack-not-stopped", "The stack did not stop within 30 s.")


def _neutral() -> dict[str, str]:
    """Our own environment without the settings of an installation."""
    names = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in names}

"""What the afternoon costs: the processor of each process, and of the machine as a whole (Linux)."""

import os
import time
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from callsvc.bench.meter import family_s
from callsvc.processes.running import RunningStack
from callsvc.runtime import Runtime


class Watch:
    """From its making to ``stop``."""

    def __init__(self, stack: RunningStack, rt: Runtime) -> None:
        self._pids = stack.pids() | _postgres(rt)
        self._used, self._machine, self._began = self._now(), _busy_and_all(), time.monotonic()
        self.processor: dict[str, float] = {}  # process -> parts of one core
        self.machine = 0.0  # part of all cores that was busy, with whatever else ran there

    def stop(self) -> None:
        took = time.monotonic() - self._began
        self.processor = {name: (used - self._used[name]) / took for name, used in self._now().items()}
        busy, everything = (now - then for now, then in zip(_busy_and_all(), self._machine, strict=True))
        self.machine = busy / max(everything, 1e-9)

    def _now(self) -> dict[str, float]:
        return {name: _spent_s(pid) for name, pid in self._pids.items()} | {"agents": time.process_time()}


def _spent_s(pid: int) -> float:
    """Of a process and its children; a database's come and go while they are looked at."""
    for _ in range(20):
        with suppress(OSError):
            return family_s(pid)
    return 0.0


def _postgres(rt: Runtime) -> dict[str, int]:
    """The server's process, when the database is PostgreSQL on this machine and tells where it is."""
    if rt.db.dialect != "postgresql":
        return {}
    with rt.db.read() as tx:
        directory = tx.scalar(sa.text("show data_directory"))
    try:
        return {"postgresql": int(Path(directory, "postmaster.pid").read_text("ascii").split()[0])}
    except (OSError, ValueError):
        return {}


def _busy_and_all() -> tuple[float, float]:
    """Processor seconds of the machine since it started: those spent, and all there were."""
    ticks = [int(word) for word in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK"), sum(ticks) / os.sysconf("SC_CLK_TCK")

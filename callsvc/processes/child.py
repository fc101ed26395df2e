"""One running process: started in a group of its own, tied to us, its output in a file of its own."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from callsvc.processes import tether
from callsvc.processes.table import Process

_PROGRAMS = {"python": [sys.executable], "gunicorn": [sys.executable, "-m", "gunicorn"]}


def argv(command: str) -> list[str]:
    """The words of a Procfile line, run by this very Python whatever PATH says."""
    first, *rest = shlex.split(command)
    return [*_PROGRAMS.get(first, [first]), *rest]


class Child:
    """A process that was started. It leads a process group, so that nothing it starts outlives it."""

    def __init__(self, process: Process, environment: Mapping[str, str], log: Path) -> None:
        self.name = process.name
        self.started = time.monotonic()
        tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *argv(process.command)]
        with log.open("ab") as output:
            self._popen = subprocess.Popen(  # noqa: S603 - from our own table, no shell
                tied,
                env={**environment, **process.environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C reaches the supervisor alone, which stops all in order
            )
        self.pid = self._popen.pid

    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        return self._popen.poll()

    def lived_s(self) -> float:
        return time.monotonic() - self.started

    def terminate(self) -> None:
        """Ask it to finish (SIGTERM to the leader, which knows what to tell its own children)."""
        with suppress(ProcessLookupError):
            self._popen.terminate()

    def kill_group(self) -> None:
        """End it and whatever it left behind."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()

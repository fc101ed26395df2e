"""Small processes that do as told, and a supervisor over them for the length of a test."""

import os
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from callsvc.processes.supervisor import Supervisor
from callsvc.processes.table import Process


def _alive(pid: int) -> bool:
    """A process that ended but that nobody asked about yet counts as ended."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            return stat.read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@pytest.fixture
def alive() -> Callable[[int], bool]:
    return _alive


@pytest.fixture
def until() -> Callable[..., Any]:
    """``until(question)`` asks until the answer is true, and fails when it takes too long."""

    def wait(question: Callable[[], Any], *, within_s: float = 10.0) -> Any:
        deadline = time.monotonic() + within_s
        while not (answer := question()):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)
        return answer

    return wait


@pytest.fixture
def fake(tmp_path: Path) -> Callable[..., Process]:
    """A process that runs these lines of Python and then waits, unless they end it."""

    def make(name: str, code: str = "", **fields: Any) -> Process:
        script = tmp_path / f"{name}.py"
        script.write_text(f"import os, pathlib, signal, sys, time\n{code}\nwhile True: time.sleep(60)\n")
        return Process(name=name, command=f"python {shlex.quote(str(script))}", **fields)

    return make


@contextmanager
def _supervised(directory: Path, *processes: Process) -> Iterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    supervisor = Supervisor(processes, environment=dict(os.environ), directory=directory, say=said.append)
    ready = threading.Event()
    failures: list[BaseException] = []

    def supervise() -> None:
        try:
            supervisor.run(ready.set, ready_within_s=20)
        except BaseException as error:
            failures.append(error)
            ready.set()

    thread = threading.Thread(target=supervise)
    thread.start()
    try:
        assert ready.wait(30)
        if failures:
            raise failures[0]
        yield supervisor, said
    finally:
        supervisor.request_stop()
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def supervised(tmp_path: Path) -> Callable[..., Any]:
    return lambda *processes: _supervised(tmp_path, *processes)

"""The supervisor keeps alive what it started, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callsvc.core.errors import Unavailable
from callsvc.processes.supervisor import restart_delay_s
from callsvc.processes.table import Process


def test_a_killed_process_is_back_within_about_a_second(supervised: Any, fake: Any, until: Any) -> None:
    with supervised(fake("one")) as (supervisor, said):
        before = supervisor.pids()["one"]
        killed_at = time.monotonic()
        os.kill(before, signal.SIGKILL)
        until(lambda: supervisor.pids().get("one", before) != before)
        assert time.monotonic() - killed_at < 2
        assert said == ["one was killed by signal 9 and starts again at once."]


def test_the_pid_file_follows_a_restart(supervised: Any, fake: Any, until: Any, tmp_path: Path) -> None:
    def written() -> Any:
        return json.loads((tmp_path / "processes.json").read_text())

    with supervised(fake("one"), fake("two")) as (supervisor, _):
        before = written()
        assert before == supervisor.pids()
        os.kill(before["one"], signal.SIGKILL)
        until(lambda: written().get("one", before["one"]) != before["one"])
        assert written()["two"] == before["two"]
    assert not (tmp_path / "processes.json").exists()


def test_only_who_keeps_dying_young_has_to_wait() -> None:
    assert [restart_delay_s(failures) for failures in (0, 1, 2, 3, 4, 20)] == [0, 0, 0, 0.5, 1, 10]


def test_an_error_is_reported_with_its_last_words(supervised: Any, fake: Any, until: Any) -> None:
    with supervised(fake("one", "print('no disk'); sys.exit(3)")) as (_, said):
        until(lambda: said)
        assert said[0] == 'one ended with code 3 and starts again at once. Last words: "no disk"'


def test_stopping_ends_grandchildren_and_who_ignores_the_signal(
    supervised: Any, fake: Any, until: Any, alive: Callable[[int], bool], tmp_path: Path
) -> None:
    note = tmp_path / "grandchild"
    stubborn = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))"
    )
    with supervised(fake("one", stubborn, stop_within_s=0.2)) as (supervisor, _):
        until(lambda: note.exists() and note.read_text())
        pids = [*supervisor.pids().values(), int(note.read_text())]
        assert all(map(alive, pids))
    until(lambda: not any(map(alive, pids)))


def test_processes_stop_rank_by_rank(supervised: Any, fake: Any, until: Any, tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.touch()

    def farewell(name: str, rank: int) -> Process:
        code = (
            "def bye(*_):\n"
            "    time.sleep(0.1)\n"
            f"    open({str(book)!r}, 'a').write('{name} ')\n"
            "    sys.exit()\n"
            "signal.signal(signal.SIGTERM, bye)\n"
            "print('listening', flush=True)"
        )
        return fake(name, code, stop_rank=rank)

    with supervised(farewell("redis", 3), farewell("web", 0), farewell("worker", 1)):
        until(
            lambda: all(
                "listening" in (tmp_path / "log" / f"{n}.log").read_text() for n in ("redis", "web", "worker")
            )
        )
    assert book.read_text().split() == ["web", "worker", "redis"]


def test_a_held_process_stays_down_until_released(supervised: Any, fake: Any, until: Any) -> None:
    with supervised(fake("one")) as (supervisor, said):
        supervisor.hold("one")
        assert supervisor.pids() == {}
        supervisor.release("one")
        until(supervisor.pids)
        assert said == []


def test_what_never_gets_ready_is_named_with_its_last_words(supervised: Any, fake: Any, alive: Any) -> None:
    broken = fake("web", "print('setting-missing: X'); sys.exit(1)", ready="http://127.0.0.1:9/healthz")
    with pytest.raises(Unavailable) as caught, supervised(fake("other"), broken):
        pass
    assert caught.value.id == "process-not-ready"
    assert "web.log: setting-missing: X" in str(caught.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the kernel's parent-death signal")
def test_a_killed_supervisor_leaves_no_orphan(
    fake: Any, until: Any, alive: Callable[[int], bool], tmp_path: Path
) -> None:
    one, two = fake("one"), fake("two", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    program = f"""
import os, pathlib
from callsvc.processes.supervisor import Supervisor
from callsvc.processes.table import Process
processes = [Process(name="one", command={one.command!r}), Process(name="two", command={two.command!r})]
Supervisor(processes, environment=dict(os.environ), directory=pathlib.Path({str(tmp_path)!r})).run()
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    pid_file = tmp_path / "processes.json"

    def both() -> dict[str, int]:
        found: dict[str, int] = json.loads(pid_file.read_text()) if pid_file.exists() else {}
        return found if len(found) == 2 else {}

    try:
        pids = until(both)
    finally:
        supervisor.kill()
        supervisor.wait()
    until(lambda: not any(map(alive, pids.values())))

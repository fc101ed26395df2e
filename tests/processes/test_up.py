"""``callsvc up`` as a person runs it: everything comes up, doctor is content, everything goes down."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from callsvc.core.settings import Settings
from callsvc.operations.processes import EXPECTED
from callsvc.processes.ports import free_ports
from callsvc.processes.readiness import answers
from callsvc.processes.table import Ports, processes


def _environment() -> dict[str, str]:
    ours = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in ours}


def _callsvc(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "callsvc", *arguments]


def _beating(database: Path) -> set[str]:
    """The processes that have told the operations page that they live."""
    with closing(sqlite3.connect(database)) as connection:
        return {name for (name,) in connection.execute("select name from process_beat")}


def test_everything_comes_up_is_well_and_goes_down(
    tmp_path: Path, until: Any, alive: Callable[[int], bool]
) -> None:
    ports = free_ports()
    options = [f"--{name}-port={getattr(ports, name)}" for name in ("web", "stream", "simulator", "redis")]
    output = tmp_path / "output"
    with output.open("w") as file:
        up = subprocess.Popen(
            _callsvc("up", *options), cwd=tmp_path, env=_environment(), stdout=file, stderr=file
        )
    try:
        until(lambda: "Running." in output.read_text() or up.poll() is not None, within_s=60)
        assert up.poll() is None, output.read_text()
        assert f"Console   http://127.0.0.1:{ports.web}" in output.read_text()
        pids: dict[str, int] = json.loads((tmp_path / "var/processes.json").read_text())
        assert set(pids) == {process.name for process in processes(Ports())}

        again = subprocess.run(
            _callsvc("up"), cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=False
        )
        assert (again.returncode, again.stderr.partition(":")[0]) == (4, "already-running")

        doctor = subprocess.run(
            _callsvc("doctor"), cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=False
        )
        assert doctor.returncode == 0, doctor.stdout

        assert _beating(tmp_path / "var/callsvc.db") == set(EXPECTED)

        os.kill(pids["web"], signal.SIGKILL)
        until(
            lambda: (
                json.loads((tmp_path / "var/processes.json").read_text()).get("web")
                not in {None, pids["web"]}
            )
        )
        until(lambda: answers(f"http://127.0.0.1:{ports.web}/healthz"), within_s=20)
        pids = json.loads((tmp_path / "var/processes.json").read_text())
    finally:
        asked_at = time.monotonic()
        up.send_signal(signal.SIGINT)
        code = up.wait(20)
    assert (code, output.read_text().splitlines()[-1]) == (0, "Stopped.")
    assert time.monotonic() - asked_at < 10
    until(lambda: not any(map(alive, pids.values())))

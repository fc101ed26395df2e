"""The whole demonstration, in peace and under kills: minutes of real time, so behind the marker ``long``."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("stack")]


def _demo(directory: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "callsvc", "demo", "--data-dir", str(directory), "--format", "json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _pids(directory: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads((directory / "processes.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _kill_in_turn(directory: Path, process: "subprocess.Popen[str]", killed: list[str]) -> None:
    """From the thirtieth second on one process every six seconds, and then FLUSHALL."""
    pause = threading.Event()
    pause.wait(30)
    for name in sorted(_pids(directory)):
        if process.poll() is None and name in _pids(directory):
            os.kill(_pids(directory)[name], signal.SIGKILL)
            killed.append(name)
            pause.wait(6)


def _finish(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=420)
    assert process.returncode == 0, f"{out[-3000:]}\n{err[-3000:]}"
    told: dict[str, Any] = json.loads(out)
    return told


def test_the_demonstration_shows_what_it_promises(tmp_path: Path) -> None:
    told = _finish(_demo(tmp_path / "demo"))
    assert all(told["promises"].values()), told["promises"]


def test_the_demonstration_survives_the_death_of_each_process_in_turn(tmp_path: Path) -> None:
    directory, killed = tmp_path / "demo", list[str]()
    process = _demo(directory)
    killer = threading.Thread(target=_kill_in_turn, args=(directory, process, killed), daemon=True)
    killer.start()
    told = _finish(process)
    assert len(killed) == 9 and told["restarts"] >= 9
    assert told["without_outcome"] == 0 and told["audit"]["passed"]


def test_the_demonstration_survives_redis_forgetting_everything(tmp_path: Path) -> None:
    directory = tmp_path / "demo"
    process = _demo(directory)
    deadline = time.monotonic() + 60
    while "redis" not in _pids(directory) and time.monotonic() < deadline:
        threading.Event().wait(0.5)
    redis = Redis.from_url(_redis_url(directory))
    for _ in range(6):
        threading.Event().wait(10)
        redis.flushall()
    told = _finish(process)
    assert told["without_outcome"] == 0 and told["audit"]["passed"]


def _redis_url(directory: Path) -> str:
    lines = (directory / "embedded.env").read_text("utf-8").splitlines()
    return next(line.split("=", 1)[1] for line in lines if line.startswith("REDIS_URL="))

"""The files the processes write to, and a look at their ends.

Each process appends to a file of its own, opened by us: no pipe that could fill up, no thread that copies.
"""

import shutil
from pathlib import Path

KEEP_BYTES = 32 * 1024 * 1024  # twice this at most stays on disk for each process


def log_file(directory: Path, name: str) -> Path:
    folder = directory / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def trim(log: Path) -> None:
    """Set a log aside (as ``name.log.1``) once it is large; its writers append, and so begin anew."""
    if log.exists() and log.stat().st_size > KEEP_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate()


def last_words(log: Path, lines: int = 1) -> str:
    """The last lines written, without blank ones; empty when there are none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            tail = file.read().decode(errors="replace")
    except OSError:
        return ""
    written = [line.rstrip() for line in tail.splitlines() if line.strip()]
    return "\n".join(written[-lines:])


class Follower:
    """Reads what was appended to several logs since the last look, each line under its process's name."""

    def __init__(self, logs: dict[str, Path]) -> None:
        self._logs = logs
        self._offsets = {name: log.stat().st_size if log.exists() else 0 for name, log in logs.items()}
        self._width = max(map(len, logs), default=0)

    def read(self) -> list[str]:
        found = []
        for name, log in self._logs.items():
            size = log.stat().st_size if log.exists() else 0
            start = self._offsets[name] if self._offsets[name] <= size else 0
            if size == start:
                continue
            with log.open("rb") as file:
                file.seek(start)
                whole = file.read(size - start)
            complete = whole[: whole.rfind(b"\n") + 1]  # half a line waits for its other half
            self._offsets[name] = start + len(complete)
            found += [
                f"{name:<{self._width}} | {line}" for line in complete.decode(errors="replace").splitlines()
            ]
        return found

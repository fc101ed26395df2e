"""What a process uses, and the order of measurements: small tools of the measurements here."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Processor seconds a process has used so far (Linux)."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICK


def family(pid: int) -> list[int]:
    """A process and all that it started and they started (Linux)."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text("ascii").split()]
    return found


def family_s(pid: int) -> float:
    """Processor seconds of a process and its descendants, to the nanosecond (Linux)."""
    files = (file for one in family(pid) for file in Path(f"/proc/{one}/task").glob("*/schedstat"))
    return sum(int(file.read_text("ascii").split()[0]) for file in files) / 1e9


def memory_mib(pid: int) -> float:
    """Memory a process holds now, in MiB (Linux)."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE / 2**20


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies; 0 when there is none.

    >>> quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def pin(pid: int, core: int) -> bool:
    """Keep a process on one core; false where that cannot be had."""
    try:
        os.sched_setaffinity(pid, {core})
    except (AttributeError, OSError):
        return False
    return True


def pin_family(pid: int, core: int) -> None:
    """Keep a process, its threads and its descendants on one core, where that can be had."""
    for one in family(pid):
        for task in Path(f"/proc/{one}/task").iterdir():
            pin(int(task.name), core)


@contextmanager
def on_core(core: int | None) -> Iterator[bool]:
    """Keep ourselves on one core meanwhile (None: wherever); whether that could be had."""
    if core is None or not hasattr(os, "sched_getaffinity"):
        yield False
        return
    before = os.sched_getaffinity(0)
    pinned = pin(0, core)
    try:
        yield pinned
    finally:
        os.sched_setaffinity(0, before)


def cores() -> list[int]:
    """The cores this process may use; one where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]

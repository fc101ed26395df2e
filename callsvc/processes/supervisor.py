"""Keeps the processes of one installation running, and stops them all in order.

A process that dies, however it dies, is started again at once; only one that keeps dying young has to wait
longer each time. All of it happens in the thread that calls ``run``: children are tied to that thread by the
kernel (``tether``), so even a killed supervisor leaves no orphan.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path

from callsvc.core.errors import CallsvcError, Unavailable
from callsvc.processes.child import Child
from callsvc.processes.logs import Follower, last_words, log_file, trim
from callsvc.processes.readiness import answers
from callsvc.processes.table import Process

TICK_S = 0.1
YOUNG_S = 2.0  # who dies younger than this counts as failing to start
TRIM_EVERY_S = 60.0
PATIENCE = 3  # failures in a row before a restart waits


def restart_delay_s(failures: int) -> float:
    """Seconds before the next start after so many deaths at a young age in a row.

    >>> [restart_delay_s(n) for n in range(7)]
    [0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 4.0]
    """
    return 0.0 if failures < PATIENCE else min(10.0, 0.5 * 2.0 ** (failures - PATIENCE))


class _Slot:
    """A process that ought to run, and the child that does."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process = process
        self.log = log
        self.child: Child | None = None
        self.failures = 0
        self.start_at = inf  # not before its turn
        self.held = False


class Supervisor:
    """``run()`` until ``request_stop()``; the latter, ``hold`` and ``release`` may come from any thread."""

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        environment: Mapping[str, str],
        directory: Path,
        say: Callable[[str], None] = lambda _: None,
        show_logs: bool = False,
    ) -> None:
        self._environment = environment
        self._pid_file = directory / "processes.json"
        self._slots = {p.name: _Slot(p, log_file(directory, p.name)) for p in processes}
        self._say = say
        self._stop = threading.Event()
        self._trim_at = 0.0
        self._follower = Follower({n: s.log for n, s in self._slots.items()}) if show_logs else None

    def run(self, on_ready: Callable[[], None] = lambda: None, *, ready_within_s: float = 60.0) -> None:
        """Start everything, tell when all is ready, keep it running, stop everything.

        Raises ``process-not-ready`` (everything stopped again) when that takes longer than allowed.
        """
        try:
            self._start(ready_within_s)
            if not self._stop.is_set():
                on_ready()
            while not self._stop.wait(TICK_S):
                self._tick()
        finally:
            self._stop_all()

    def request_stop(self) -> None:
        self._stop.set()

    def hold(self, name: str) -> None:
        """Kill this process and keep it down until ``release``: an outage for a test to watch."""
        slot = self._slots[name]
        slot.held = True
        while slot.child is not None and not self._stop.is_set():
            time.sleep(TICK_S / 10)

    def release(self, name: str) -> None:
        self._slots[name].held = False

    def pids(self) -> dict[str, int]:
        """Who runs now."""
        return {n: s.child.pid for n, s in self._slots.items() if s.child and s.child.exit_code() is None}

    def _start(self, ready_within_s: float) -> None:
        """Redis first and alone, as everything connects to it; then the rest together."""
        deadline = time.monotonic() + ready_within_s
        first = [s for s in self._slots.values() if s.process.ready.startswith("redis")]
        rest = [s for s in self._slots.values() if s not in first]
        for wave in (first, rest):
            for slot in wave:
                slot.start_at = 0.0
            for slot in wave:
                self._await(slot, deadline)

    def _await(self, slot: _Slot, deadline: float) -> None:
        while not self._stop.is_set():
            self._tick()
            if not slot.process.ready or answers(slot.process.ready):
                return
            if slot.failures > PATIENCE or time.monotonic() > deadline:
                raise self._not_ready(slot)
            self._stop.wait(TICK_S)

    def _not_ready(self, slot: _Slot) -> CallsvcError:
        return Unavailable(
            "process-not-ready",
            f"The process {slot.process.name} does not get ready. Its last words, in {slot.log}: "
            f"{last_words(slot.log, 4) or 'none'}",
            process=slot.process.name,
        )

    def _launch(self, slot: _Slot) -> None:
        slot.child = Child(slot.process, self._environment, slot.log)
        self._write_pids()

    def _tick(self) -> None:
        """Notice deaths, start again whatever is due, pass on the logs."""
        now = time.monotonic()
        for slot in self._slots.values():
            if slot.child and slot.held:
                slot.child.kill_group()
            if slot.child and slot.child.exit_code() is not None:
                self._bury(slot, slot.child, now)
            if slot.child is None and not slot.held and now >= slot.start_at:
                self._launch(slot)
        for line in self._follower.read() if self._follower else ():
            self._say(line)
        if now >= self._trim_at:
            self._trim_at = now + TRIM_EVERY_S
            for slot in self._slots.values():
                trim(slot.log)

    def _bury(self, slot: _Slot, child: Child, now: float) -> None:
        child.kill_group()
        slot.failures = slot.failures + 1 if child.lived_s() < YOUNG_S else 0
        delay = restart_delay_s(slot.failures)
        slot.start_at, slot.child = now + delay, None
        if slot.held:
            return
        code = child.exit_code() or 0
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        when = "at once" if not delay else f"in {delay:g} s"
        words = f' Last words: "{last_words(slot.log)[:200]}"' if code > 0 else ""
        self._say(f"{slot.process.name} {how} and starts again {when}.{words}")

    def _stop_all(self) -> None:
        """Rank by rank: the ones that accept work first, the ones others lean on last."""
        for rank in sorted({slot.process.stop_rank for slot in self._slots.values()}):
            slots = [s for s in self._slots.values() if s.process.stop_rank == rank and s.child]
            children = [s.child for s in slots if s.child]
            for child in children:
                child.terminate()
            deadline = time.monotonic() + max((s.process.stop_within_s for s in slots), default=0.0)
            while any(c.exit_code() is None for c in children) and time.monotonic() < deadline:
                time.sleep(0.02)
            for child in children:
                child.kill_group()
            for slot in slots:
                slot.child = None
        self._pid_file.unlink(missing_ok=True)

    def _write_pids(self) -> None:
        """``{name: pid}`` beside the data, replaced whole so that no reader sees half of it."""
        draft = self._pid_file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(self.pids(), indent=1) + "\n")
        draft.replace(self._pid_file)

"""Every process says that it lives: one row, every ten seconds, from a thread of its own.

A process that stops says so; one that is killed falls silent, and the operations page shows both. The rows
are for people to look at: nothing waits for them and nothing is decided by them.
"""

import atexit
import os
import resource
import socket
import threading
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from callsvc.core.db import Tx
from callsvc.operations.tables import process_beat
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

BEAT_S = 10.0  # real seconds
KEPT = timedelta(days=1)  # machine time: how long a process that is gone stays on the page


class Heart:
    """The row of this process."""

    def __init__(self, rt: Runtime, name: str) -> None:
        self._rt = rt
        self._name = name
        self._host = socket.gethostname()[:80]
        self._pid = os.getpid()
        self._stop = threading.Event()

    @property
    def id(self) -> str:
        return f"{self._name}@{self._host}:{self._pid}"

    def beat(self) -> None:
        """Write the row; whoever watches the page hears of the first beat at once."""
        with self._rt.db.begin() as tx:
            alive = {"beat_at": tx.machine_now, "memory_mib": _memory_mib(), "stopped_at": None}
            if not tx.update(process_beat, process_beat.c.id == self.id, **alive):
                tx.insert(process_beat, **self._first(tx), **alive)
                tx.delete(process_beat, process_beat.c.beat_at < tx.machine_now - KEPT)
            tx.changed("operations", subject=self._name)

    def stop(self) -> None:
        """Say good-bye; a database that is gone already is not waited for."""
        self._stop.set()
        try:
            with self._rt.db.begin() as tx:
                tx.update(process_beat, process_beat.c.id == self.id, stopped_at=tx.machine_now)
                tx.changed("operations", subject=self._name)
        except SQLAlchemyError:
            return

    def keep_beating(self) -> None:
        while not self._stop.is_set():
            try:
                self.beat()
            except SQLAlchemyError as error:
                log.warning("beat-not-written", process=self._name, error=type(error).__name__)
            self._stop.wait(BEAT_S)

    def _first(self, tx: Tx) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self._name,
            "host": self._host,
            "pid": self._pid,
            "version": version("callsvc"),
            "started_at": tx.machine_now,
        }


def start_beating(rt: Runtime, name: str) -> Heart:
    """Beat until the process ends; called once a process, after any fork."""
    heart = Heart(rt, name)
    threading.Thread(target=heart.keep_beating, name="heart", daemon=True).start()
    atexit.register(heart.stop)
    return heart


def _memory_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # Linux tells KiB

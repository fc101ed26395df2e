"""The one SQLite connection of the carrier.

Every write goes through it and is visible to every read at once. What must survive the process (a call or a
message that the service is about to be told exists, a final status, an opt-out) is committed before the
answer leaves, with `commit()`. Everything else (timeline, intermediate statuses) is committed together
every 50 ms, which keeps the processor for the service that shares the machine.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from callsvc.simulator.dates import iso
from callsvc.simulator.ledger.schema import TABLES, VERSION

FLUSH_EVERY = 0.05  # machine seconds

Listener = Callable[[str, datetime, str, Mapping[str, Any]], None]


class Store:
    """A ledger in a directory, or in memory when there is none."""

    def __init__(self, data_dir: Path | None, *, timeline: bool = True) -> None:
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True)
        where = ":memory:" if data_dir is None else str(data_dir / "carrier.sqlite3")
        self._db = sqlite3.connect(
            where, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._db.row_factory = sqlite3.Row
        # A kill -9 loses nothing that was committed, as the system still has it. Only a power cut could, and
        # the simulator is no bank: it waits for no disk, which others may keep busy for seconds.
        for pragma in ("journal_mode=wal", "synchronous=off", "busy_timeout=15000", "temp_store=memory"):
            self._db.execute(f"pragma {pragma}")
        found = self._db.execute("pragma user_version").fetchone()[0]
        if found not in (0, VERSION):
            self._db.close()
            raise ValueError(f"ledger version {found}, not {VERSION}: use another --data-dir")
        self._db.executescript(TABLES)
        self._db.execute(f"pragma user_version={VERSION}")
        self._timeline_on = timeline
        self._timeline: list[tuple[str, str, str, str]] = []
        self._flusher: asyncio.Task[None] | None = None
        self.listeners: list[Listener] = []  # told of every line of every timeline, even when none is kept

    def write(self, statement: str, values: Iterable[Any] = ()) -> int:
        """Run one statement inside the open transaction; the answer is the new row's number, if any."""
        if not self._db.in_transaction:
            self._db.execute("begin")
        return self._db.execute(statement, tuple(values)).lastrowid or 0

    def read(self, statement: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        """Every row of a query, uncommitted writes included."""
        return self._db.execute(statement, tuple(values)).fetchall()

    def note(self, subject: str, at: datetime, kind: str, facts: Mapping[str, Any]) -> None:
        """Add one line to the timeline of a call, message or conference; written with the next batch."""
        for listener in self.listeners:
            listener(subject, at, kind, facts)
        if self._timeline_on or kind == "notification":  # notifications are a resource too
            text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
            self._timeline.append((subject, iso(at) or "", kind, text))

    def commit(self) -> None:
        """Make everything written so far survive the process."""
        if self._timeline:
            if not self._db.in_transaction:
                self._db.execute("begin")
            lines, self._timeline = self._timeline, []
            self._db.executemany("insert into timeline(subject, at, kind, facts) values (?,?,?,?)", lines)
        if self._db.in_transaction:
            self._db.execute("commit")

    def start(self) -> None:
        """Begin the regular commits; needs a running event loop."""
        self._flusher = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY)
            self.commit()

    def close(self) -> None:
        """Commit and close."""
        if self._flusher is not None:
            self._flusher.cancel()
        self.commit()
        self._db.close()

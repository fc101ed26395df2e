"""The processes as they tell of themselves, and those that should be there and are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.core.jobs import QUEUES
from callsvc.operations.rules import Health, health_of
from callsvc.operations.tables import process_beat

EXPECTED = ("web", "stream", *(f"worker-{queue}" for queue in dict.fromkeys(QUEUES.values())), "ticker")
_SHOWN = timedelta(hours=1)  # machine time: how long a process that stopped is still shown


@dataclass(frozen=True, kw_only=True)
class ProcessNow:
    """A process, or with health ``missing`` the name of one that nobody runs."""

    name: str
    health: Health | Literal["missing"]
    host: str = ""
    pid: int = 0
    version: str = ""
    memory_mib: int = 0
    started_at: datetime | None = None
    beat_at: datetime | None = None


def processes_now(tx: Tx) -> Sequence[ProcessNow]:
    """Every process heard of within an hour, the missing first, then by name.

    One that died or stopped is left out once another of its name is alive: it was started again.
    """
    rows = tx.all(sa.select(process_beat).where(process_beat.c.beat_at > tx.machine_now - _SHOWN))
    known = [
        ProcessNow(
            name=row.name,
            health=health_of(row.beat_at, row.stopped_at, tx.machine_now),
            host=row.host,
            pid=row.pid,
            version=row.version,
            memory_mib=row.memory_mib,
            started_at=row.started_at,
            beat_at=row.beat_at,
        )
        for row in rows
    ]
    alive = {one.name for one in known if one.health == "alive"}
    shown = [one for one in known if one.health == "alive" or one.name not in alive]
    missing = [
        ProcessNow(name=name, health="missing")
        for name in EXPECTED
        if name not in alive and name not in {one.name for one in shown}
    ]
    return missing + sorted(shown, key=lambda one: (one.name, one.host, one.pid))

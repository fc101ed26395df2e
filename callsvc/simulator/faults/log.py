"""The faults that struck, in the ledger: what a replay needs to make the same ones happen again.

An entry names its event by place, subject (the person's number, the conference's name) and occurrence (the
how many-eth event of that place for that subject, from 1), as SIDs and instants are never the same twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callsvc.simulator.dates import iso
from callsvc.simulator.ledger.store import Store

_TABLE = """create table if not exists fault (
  ordinal integer primary key autoincrement, at text not null, after real not null, place text not null,
  subject text not null, occurrence integer not null, plan integer not null, kind text not null,
  seconds real not null, lasts real
)"""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """One fault that struck, `after` lived seconds since the carrier's first start.

    `plan` is 0 for a fault of a replay; `lasts` is how many lived seconds a skew holds (none: for good).
    """

    at: datetime
    after: float
    place: str
    subject: str
    occurrence: int
    plan: int
    kind: str
    seconds: float
    lasts: float | None = None


class FaultLog:
    """The table, made when the log is opened: a ledger of an earlier version has none."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.write(_TABLE)
        store.commit()

    def add(self, applied: Applied) -> None:
        """Keep one; written with the next batch."""
        self._store.write(
            "insert into fault(at, after, place, subject, occurrence, plan, kind, seconds, lasts)"
            " values (?,?,?,?,?,?,?,?,?)",
            (
                iso(applied.at),
                applied.after,
                applied.place,
                applied.subject,
                applied.occurrence,
                applied.plan,
                applied.kind,
                applied.seconds,
                applied.lasts,
            ),
        )

    def entries(self) -> list[dict[str, Any]]:
        """Every fault that struck, in order, `ordinal` counting from 1."""
        return [dict(row) for row in self._store.read("select * from fault order by ordinal")]

"""Notifications are lines of the timeline: what went wrong is written once and shown in both places."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callsvc.simulator.dates import from_iso
from callsvc.simulator.ledger.store import Store

ERROR, WARNING = "0", "1"


@dataclass(frozen=True)
class Notification:
    """One error or warning about one call or message; `facts` are those of the timeline."""

    seq: int
    subject: str
    at: datetime
    facts: dict[str, Any]

    @property
    def sid(self) -> str:
        """Its identifier: the number of its line."""
        return f"NO{self.seq:032x}"

    @property
    def log(self) -> str:
        """0 for an error, 1 for a warning."""
        return WARNING if self.facts.get("level") == "warning" else ERROR


def notifications_where(
    store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int = 0
) -> list[Notification]:
    """Notifications that meet every condition, the newest first."""
    store.commit()  # lines wait in memory for the next batch
    where = " and ".join(["kind = 'notification'", *conditions])
    query = f"select * from timeline where {where} order by seq desc limit ? offset ?"  # noqa: S608 - fixed texts
    return [_notification(row) for row in store.read(query, (*values, limit, offset))]


def seq_of_sid(sid: str) -> int:
    """The line that an identifier names; 0, which no line has, when it is none."""
    found = re.fullmatch("NO0{17}([0-9a-f]{15})", sid)
    return int(found[1], 16) if found else 0


def _notification(row: sqlite3.Row) -> Notification:
    at = from_iso(row["at"])
    if at is None:
        raise ValueError(f"line {row['seq']} has no date")
    return Notification(row["seq"], row["subject"], at, json.loads(row["facts"]))

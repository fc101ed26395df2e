"""Conferences and who was in them, in the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from callsvc.simulator.dates import iso
from callsvc.simulator.ledger.store import Store


def insert_conference(store: Store, sid: str, name: str, at: datetime) -> None:
    """Write a new conference; its status is init until a second participant comes."""
    store.write(
        "insert into conference(sid, name, status, created_at, updated_at) values (?,?,'init',?,?)",
        (sid, name, iso(at), iso(at)),
    )


def save_conference(
    store: Store,
    sid: str,
    status: str,
    at: datetime,
    *,
    reason: str | None = None,
    by_call: str | None = None,
) -> None:
    """Write a conference's new status, with the reason and the call that ended it, if it did."""
    store.write(
        "update conference set status=?, updated_at=?, reason_ended=?, ended_by_call=? where sid=?",
        (status, iso(at), reason, by_call, sid),
    )


def join_participant(store: Store, sid: str, name: str, call_sid: str, *, label: str, at: datetime) -> int:
    """Write who joined; the answer is the row to be closed when they leave."""
    return store.write(
        "insert into participant(conference_sid, conference_name, call_sid, label, joined_at)"
        " values (?,?,?,?,?)",
        (sid, name, call_sid, label or None, iso(at)),
    )


def leave_participant(store: Store, row: int, at: datetime) -> None:
    """Write when they left."""
    store.write("update participant set left_at=? where seq=?", (iso(at), row))


def conferences_where(
    store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int = 0
) -> list[sqlite3.Row]:
    """Conferences that meet every condition, the newest first."""
    where = " and ".join(conditions) or "1"
    query = f"select * from conference where {where} order by seq desc limit ? offset ?"  # noqa: S608 - fixed texts
    return store.read(query, (*values, limit, offset))


def end_open_conferences(store: Store, at: datetime) -> None:
    """After a crash: every conference is over and everybody has left."""
    store.write("update participant set left_at=? where left_at is null", (iso(at),))
    store.write(
        "update conference set status='completed', updated_at=? where status<>'completed'", (iso(at),)
    )


def stays_of(store: Store, call_sids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """For each call, the conferences it was in with the instants of joining and leaving."""
    stays: dict[str, list[dict[str, Any]]] = {}
    marks = ",".join("?" * len(call_sids))
    rows = store.read(f"select * from participant where call_sid in ({marks}) order by seq", call_sids)  # noqa: S608 - question marks
    for row in rows:
        stay = {"name": row["conference_name"], "sid": row["conference_sid"], "label": row["label"]}
        stay |= {"joined_at": row["joined_at"], "left_at": row["left_at"]}
        stays.setdefault(row["call_sid"], []).append(stay)
    return stays

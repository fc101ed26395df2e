"""Calls in the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from callsvc.simulator.calls.record import CallOptions, CallRecord
from callsvc.simulator.dates import from_iso, iso
from callsvc.simulator.ledger.store import Store

_INSERT = """insert into call(sid, parent_sid, direction, to_number, from_number, status, created_at,
 updated_at, initiated_at, ringing_at, answered_at, ended_at, duration, queue_ms, ended_by, answered_by, url,
 digits, price, callback_due, options) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"""
_UPDATE = """update call set status=?, updated_at=?, initiated_at=?, ringing_at=?, answered_at=?, ended_at=?,
 duration=?, ended_by=?, answered_by=?, digits=?, price=?, callback_due=? where sid=?"""


def insert_call(store: Store, call: CallRecord) -> None:
    """Write a new call; the caller commits before anybody is told of it."""
    call.seq = store.write(
        _INSERT,
        (
            call.sid,
            call.parent_sid,
            call.direction,
            call.to,
            call.from_,
            call.status,
            iso(call.created_at),
            iso(call.updated_at),
            iso(call.initiated_at),
            iso(call.ringing_at),
            iso(call.answered_at),
            iso(call.ended_at),
            call.duration,
            call.queue_ms,
            call.ended_by,
            call.answered_by,
            call.url,
            call.digits,
            call.price,
            call.callback_due,
            json.dumps(asdict(call.options)),
        ),
    )


def save_call(store: Store, call: CallRecord) -> None:
    """Write what may have changed."""
    store.write(
        _UPDATE,
        (
            call.status,
            iso(call.updated_at),
            iso(call.initiated_at),
            iso(call.ringing_at),
            iso(call.answered_at),
            iso(call.ended_at),
            call.duration,
            call.ended_by,
            call.answered_by,
            call.digits,
            call.price,
            call.callback_due,
            call.sid,
        ),
    )


def find_call(store: Store, sid: str) -> CallRecord | None:
    """The call of that SID."""
    rows = store.read("select * from call where sid=?", (sid,))
    return call_of(rows[0]) if rows else None


def calls_where(
    store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int = 0
) -> list[CallRecord]:
    """Calls that meet every condition, the newest first as the vendor lists them."""
    where = " and ".join(conditions) or "1"
    query = f"select * from call where {where} order by seq desc limit ? offset ?"  # noqa: S608 - fixed texts
    return [call_of(row) for row in store.read(query, (*values, limit, offset))]


def calls_after(store: Store, seq: int, limit: int) -> list[CallRecord]:
    """The next calls in the order of their creation, for readers of the whole ledger."""
    return [
        call_of(row)
        for row in store.read("select * from call where seq>? order by seq limit ?", (seq, limit))
    ]


def times_called(store: Store, number: str, before_seq: int) -> int:
    """How many outbound calls this number had before that one: the place in a person's list of answers."""
    rows = store.read(
        "select count(*) from call where to_number=? and seq<? and direction<>'inbound'", (number, before_seq)
    )
    return int(rows[0][0])


def times_calling(store: Store, number: str, before_seq: int) -> int:
    """How many times this number had called the platform before that call."""
    rows = store.read(
        "select count(*) from call where from_number=? and seq<? and direction='inbound'",
        (number, before_seq),
    )
    return int(rows[0][0])


def call_of(row: sqlite3.Row) -> CallRecord:
    """The record of a row."""
    options = json.loads(row["options"])
    options["status_events"] = tuple(options["status_events"])
    return CallRecord(
        seq=row["seq"],
        sid=row["sid"],
        parent_sid=row["parent_sid"],
        direction=row["direction"],
        to=row["to_number"],
        from_=row["from_number"],
        status=row["status"],
        created_at=_required(row["created_at"]),
        updated_at=_required(row["updated_at"]),
        initiated_at=from_iso(row["initiated_at"]),
        ringing_at=from_iso(row["ringing_at"]),
        answered_at=from_iso(row["answered_at"]),
        ended_at=from_iso(row["ended_at"]),
        duration=row["duration"],
        queue_ms=row["queue_ms"],
        ended_by=row["ended_by"],
        answered_by=row["answered_by"],
        url=row["url"],
        digits=row["digits"],
        price=row["price"],
        callback_due=bool(row["callback_due"]),
        options=CallOptions(**options),
    )


def _required(text: str) -> Any:
    return from_iso(text)

"""Recordings in the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from callsvc.simulator.dates import from_iso, iso
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.recordings.record import RecordingRecord, Wish

_INSERT = """insert into recording(sid, call_sid, conference_sid, source, status, created_at, updated_at,
 duration, error_code, wish) values (?,?,?,?,?,?,?,?,?,?)"""


def insert_recording(store: Store, recording: RecordingRecord) -> None:
    """Write a new recording; the caller commits before anybody is told of it."""
    recording.seq = store.write(
        _INSERT,
        (
            recording.sid,
            recording.call_sid,
            recording.conference_sid,
            recording.source,
            recording.status,
            iso(recording.created_at),
            iso(recording.updated_at),
            recording.duration,
            recording.error_code,
            json.dumps(asdict(recording.wish)),
        ),
    )


def save_recording(store: Store, recording: RecordingRecord) -> None:
    """Write what may have changed."""
    store.write(
        "update recording set status=?, updated_at=?, duration=?, error_code=? where sid=?",
        (
            recording.status,
            iso(recording.updated_at),
            recording.duration,
            recording.error_code,
            recording.sid,
        ),
    )


def recordings_where(
    store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int = 0
) -> list[RecordingRecord]:
    """Recordings that meet every condition, the newest first."""
    where = " and ".join(conditions) or "1"
    query = f"select * from recording where {where} order by seq desc limit ? offset ?"  # noqa: S608 - fixed texts
    return [recording_of(row) for row in store.read(query, (*values, limit, offset))]


def recording_of(row: sqlite3.Row) -> RecordingRecord:
    """The record of a row."""
    created, updated = from_iso(row["created_at"]), from_iso(row["updated_at"])
    if created is None or updated is None:
        raise ValueError(f"recording {row['sid']} has no dates")
    wish = json.loads(row["wish"])
    return RecordingRecord(
        seq=row["seq"],
        sid=row["sid"],
        call_sid=row["call_sid"],
        conference_sid=row["conference_sid"],
        source=row["source"],
        status=row["status"],
        created_at=created,
        updated_at=updated,
        duration=row["duration"],
        error_code=row["error_code"],
        wish=Wish(**{**wish, "events": tuple(wish["events"])}),
    )

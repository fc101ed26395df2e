"""Messages and opt-outs in the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from callsvc.simulator.dates import from_iso, iso
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.messages.record import MessageRecord

_INSERT = """insert into message(sid, direction, to_number, from_number, body, status, created_at, updated_at,
 sent_at, delivered_at, error_code, segments, service_sid, callback, callback_due)
 values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"""
_UPDATE = """update message set status=?, updated_at=?, sent_at=?, delivered_at=?, error_code=?,
 callback_due=? where sid=?"""


def insert_message(store: Store, message: MessageRecord) -> None:
    """Write a new message; the caller commits before anybody is told of it."""
    message.seq = store.write(
        _INSERT,
        (
            message.sid,
            message.direction,
            message.to,
            message.from_,
            message.body,
            message.status,
            iso(message.created_at),
            iso(message.updated_at),
            iso(message.sent_at),
            iso(message.delivered_at),
            message.error_code,
            message.segments,
            message.service_sid,
            message.callback,
            message.callback_due,
        ),
    )


def save_message(store: Store, message: MessageRecord) -> None:
    """Write what may have changed."""
    store.write(
        _UPDATE,
        (
            message.status,
            iso(message.updated_at),
            iso(message.sent_at),
            iso(message.delivered_at),
            message.error_code,
            message.callback_due,
            message.sid,
        ),
    )


def redact_message(store: Store, message: MessageRecord) -> None:
    """Forget what the message said, durably."""
    message.body = ""
    store.write("update message set body='' where sid=?", (message.sid,))
    store.commit()


def schedule_message(store: Store, sid: str, at: datetime) -> None:
    """Keep when a message is to leave."""
    store.write("insert into scheduled(sid, at) values (?,?)", (sid, iso(at)))


def scheduled_at(store: Store, sid: str) -> datetime | None:
    """When a message is to leave; None when at once."""
    rows = store.read("select at from scheduled where sid=?", (sid,))
    return from_iso(rows[0]["at"]) if rows else None


def find_message(store: Store, sid: str) -> MessageRecord | None:
    """The message of that SID."""
    rows = store.read("select * from message where sid=?", (sid,))
    return message_of(rows[0]) if rows else None


def messages_where(
    store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int = 0
) -> list[MessageRecord]:
    """Messages that meet every condition, the newest first."""
    where = " and ".join(conditions) or "1"
    query = f"select * from message where {where} order by seq desc limit ? offset ?"  # noqa: S608 - fixed texts
    return [message_of(row) for row in store.read(query, (*values, limit, offset))]


def messages_after(store: Store, seq: int, limit: int) -> list[MessageRecord]:
    """The next messages in the order of their creation."""
    rows = store.read("select * from message where seq>? order by seq limit ?", (seq, limit))
    return [message_of(row) for row in rows]


def block(store: Store, person: str, sender: str, at: datetime) -> None:
    """This person wants no more messages from this sender; durable at once."""
    store.write(
        "insert into opt_out(person, sender, at) values (?,?,?) on conflict do nothing",
        (person, sender, iso(at)),
    )
    store.commit()


def unblock(store: Store, person: str, sender: str) -> None:
    """This person wants messages from this sender again."""
    store.write("delete from opt_out where person=? and sender=?", (person, sender))
    store.commit()


def is_blocked(store: Store, person: str, sender: str) -> bool:
    """Whether this person stopped this sender."""
    return bool(store.read("select 1 from opt_out where person=? and sender=?", (person, sender)))


def message_of(row: sqlite3.Row) -> MessageRecord:
    """The record of a row."""
    created, updated = from_iso(row["created_at"]), from_iso(row["updated_at"])
    if created is None or updated is None:
        raise ValueError(f"message {row['sid']} has no dates")
    return MessageRecord(
        seq=row["seq"],
        sid=row["sid"],
        direction=row["direction"],
        to=row["to_number"],
        from_=row["from_number"],
        body=row["body"],
        status=row["status"],
        created_at=created,
        updated_at=updated,
        sent_at=from_iso(row["sent_at"]),
        delivered_at=from_iso(row["delivered_at"]),
        error_code=row["error_code"],
        segments=row["segments"],
        service_sid=row["service_sid"],
        callback=row["callback"],
        callback_due=bool(row["callback_due"]),
    )

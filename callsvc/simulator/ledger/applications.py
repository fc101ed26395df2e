"""TwiML applications: webhooks under one name, to which numbers and calls refer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from callsvc.simulator.ledger.numbers import Number
from callsvc.simulator.ledger.store import Store


@dataclass(frozen=True, kw_only=True)
class Application:
    """One application; instants are ISO 8601."""

    sid: str
    friendly_name: str
    created_at: str
    updated_at: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    voice_caller_id_lookup: bool = False
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_status_callback: str = ""
    message_status_callback: str = ""
    public_application_connect_enabled: bool = False


def set_application(store: Store, application: Application) -> None:
    """Add or replace one, durably."""
    store.write(
        "insert into application(sid, name, facts) values (?,?,?)"
        " on conflict(sid) do update set name=excluded.name, facts=excluded.facts",
        (application.sid, application.friendly_name, json.dumps(asdict(application))),
    )
    store.commit()


def remove_application(store: Store, sid: str) -> None:
    """Forget one, durably."""
    store.write("delete from application where sid=?", (sid,))
    store.commit()


def find_application(store: Store, sid: str) -> Application | None:
    """The application of that SID."""
    rows = store.read("select facts from application where sid=?", (sid,))
    return application_of(rows[0]) if rows else None


def applications_where(
    store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int = 0
) -> list[sqlite3.Row]:
    """Rows (seq, facts) that meet every condition, the newest first."""
    where = " and ".join(conditions) or "1"
    query = f"select * from application where {where} order by seq desc limit ? offset ?"  # noqa: S608 - fixed texts
    return store.read(query, (*values, limit, offset))


def application_of(row: sqlite3.Row) -> Application:
    """The application of a row."""
    return Application(**json.loads(row["facts"]))


def with_applications(store: Store, number: Number) -> Number:
    """The number with its applications' webhooks: "with an application the number's own are ignored"."""
    voice = find_application(store, number.voice_application_sid) if number.voice_application_sid else None
    if voice is not None:
        number = replace(
            number,
            voice_url=voice.voice_url,
            voice_method=voice.voice_method,
            voice_fallback_url=voice.voice_fallback_url,
            voice_fallback_method=voice.voice_fallback_method,
            status_callback=voice.status_callback,
            status_callback_method=voice.status_callback_method,
        )
    sms = find_application(store, number.sms_application_sid) if number.sms_application_sid else None
    if sms is not None:
        number = replace(
            number,
            sms_url=sms.sms_url,
            sms_method=sms.sms_method,
            sms_fallback_url=sms.sms_fallback_url,
            sms_fallback_method=sms.sms_fallback_method,
        )
    return number

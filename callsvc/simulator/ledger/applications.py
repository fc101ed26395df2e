"""TwiML applications: webhooks under one name, to which numbers and calls refer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from callsvc.simulator.ledger.numbers import Number, Webhooks
from callsvc.simulator.ledger.store import Store

_VOICE = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
)
_SMS = ("sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method")


@dataclass(frozen=True, kw_only=True)
class Application(Webhooks):
    """One application; instants are ISO 8601."""

    sid: str
    friendly_name: str
    created_at: str
    updated_at: str
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
    taken: dict[str, Any] = {}
    for sid, names in ((number.voice_application_sid, _VOICE), (number.sms_application_sid, _SMS)):
        application = find_application(store, sid) if sid else None
        if application is not None:
            taken |= {name: getattr(application, name) for name in names}
    return replace(number, **taken)

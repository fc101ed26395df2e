"""The platform's own numbers: which webhooks a call or a message to each of them goes to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from callsvc.simulator.dates import iso
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.store import Store


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Where calls and messages go; a number has its own, or those of an application."""

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


@dataclass(frozen=True, kw_only=True)
class Number(Webhooks):
    """One number of the platform; `sms` false means it cannot send messages (code 21606).

    The identifier and the instants (ISO 8601) are given when it is set for the first time.
    """

    number: str
    sid: str = ""
    created_at: str = ""
    updated_at: str = ""
    friendly_name: str = ""
    voice_application_sid: str = ""
    sms_application_sid: str = ""
    sms: bool = True
    messaging_service_sid: str = ""


def set_number(store: Store, number: Number, now: datetime) -> Number:
    """Add or replace one; the answer has the identifier and instants it is kept with."""
    known = find_number(store, number.number)
    at = iso(now) or ""
    kept = replace(
        number,
        sid=known.sid if known is not None and known.sid else new_sid("PN"),
        created_at=known.created_at if known is not None and known.created_at else at,
        updated_at=at,
        friendly_name=number.friendly_name or number.number,
    )
    store.write(
        "insert into number(number, facts) values (?,?)"
        " on conflict(number) do update set facts=excluded.facts",
        (kept.number, json.dumps(asdict(kept))),
    )
    return kept


def remove_number(store: Store, number: str) -> None:
    """The platform gives this number back, durably."""
    store.write("delete from number where number=?", (number,))
    store.commit()


def find_number(store: Store, number: str) -> Number | None:
    """The settings of that number, if it has any of its own."""
    rows = store.read("select facts from number where number=?", (number,))
    return Number(**json.loads(rows[0][0])) if rows else None


def every_number(store: Store) -> list[Number]:
    """All of them, the newest first."""
    numbers = [Number(**json.loads(row[0])) for row in store.read("select facts from number order by number")]
    return sorted(numbers, key=lambda number: number.created_at, reverse=True)


def senders_with(store: Store, number: str) -> list[str]:
    """This number and those of its Messaging Service: "opting out of one opts out of the whole service"."""
    found = find_number(store, number)
    if found is None or not found.messaging_service_sid:
        return [number]
    service = found.messaging_service_sid
    return [other.number for other in every_number(store) if other.messaging_service_sid == service]


def sender_of_service(store: Store, service_sid: str) -> str:
    """A number that belongs to this Messaging Service, or nothing."""
    for row in store.read("select facts from number order by number"):
        number = Number(**json.loads(row[0]))
        if number.messaging_service_sid == service_sid and number.sms:
            return number.number
    return ""

"""The platform's own numbers: which webhooks a call or a message to each of them goes to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from callsvc.simulator.ledger.store import Store


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number of the platform; `sms` false means it cannot send messages (code 21606)."""

    number: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""
    sms_method: str = "POST"
    sms: bool = True
    messaging_service_sid: str = ""


def set_number(store: Store, number: Number) -> None:
    """Add or replace one."""
    facts = json.dumps(asdict(number))
    store.write(
        "insert into number(number, facts) values (?,?)"
        " on conflict(number) do update set facts=excluded.facts",
        (number.number, facts),
    )


def find_number(store: Store, number: str) -> Number | None:
    """The settings of that number, if it has any of its own."""
    rows = store.read("select facts from number where number=?", (number,))
    return Number(**json.loads(rows[0][0])) if rows else None


def sender_of_service(store: Store, service_sid: str) -> str:
    """A number that belongs to this Messaging Service, or nothing."""
    for row in store.read("select facts from number order by number"):
        number = Number(**json.loads(row[0]))
        if number.messaging_service_sid == service_sid and number.sms:
            return number.number
    return ""

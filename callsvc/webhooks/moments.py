"""Moments that a flow may offer: what it speaks is what is booked, so that they are decided beforehand."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import next_appointment
from callsvc.appointments.slots import slots_offered
from callsvc.calls.tables import leg
from callsvc.campaigns.calendar import zone
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import reveal
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.dialing.promising import offered_times
from callsvc.platforms.queries import platform_by_code
from ivr_flows.spoken_times import spoken_time

TIMES, SLOTS = "callback.times", "appointment.slots"
NUMBER_END = "call.number_end"
MOMENTS = frozenset({TIMES, SLOTS})


def moments_for(
    tx: Tx, call: Row[Any], reads: Collection[str], purpose: str = ""
) -> dict[str, list[dict[str, Any]]]:
    """``callback.times`` and ``appointment.slots``, as far as the flow reads them.

    Where somebody keeps slots for what the call is about (the visit's reason, else the campaign's purpose),
    those with room are offered. Else an appointment by telephone or video, which we keep ourselves, may be
    at any moment the person may be called; of a visit to a place nobody here knows the free times.
    """
    wanted = MOMENTS & set(reads)
    found: dict[str, list[dict[str, Any]]] = {}
    moments = [_moment(at) for at in offered_times(tx, call)] if wanted else []
    if TIMES in wanted:
        found[TIMES] = moments
    if SLOTS in wanted:
        visit = next_appointment(tx, call.contact_id)
        kept = _kept(tx, call.platform_code, [visit.reason] if visit is not None else [], purpose)
        at_any_time = [] if visit is not None and visit.kind == "physical" else moments
        found[SLOTS] = at_any_time if kept is None else kept
    return found


def add_moments(tx: Tx, facts: dict[str, Any], call: Row[Any], reads: Collection[str], purpose: str) -> None:
    """Put the moments that a flow reads among the facts it is told, and the end of their number."""
    if NUMBER_END in reads:
        facts["call"] = {**facts.get("call", {}), "number_end": number_end(tx, call.id)}
    for name, moments in moments_for(tx, call, reads, purpose).items():
        kind, _, key = name.partition(".")
        facts[kind] = {**facts.get(kind, {}), key: moments}


def number_end(tx: Tx, call_id: str) -> str:
    """The last two digits of the number on the line, apart, so that they are read one by one."""
    number = tx.first(
        sa.select(phone_number)
        .join(leg, leg.c.number_id == phone_number.c.id)
        .where(leg.c.call_id == call_id, leg.c.role == "contact")
    )
    return " ".join(reveal(tx, number)[-2:]) if number is not None else ""


def as_call(tx: Tx, place_id: str) -> Row[Any]:
    """Somebody's place in a campaign as a call to them would read; the caller has seen that it is there."""
    found = tx.first(
        sa.select(
            campaign_contact.c.contact_id,
            campaign_contact.c.id.label("campaign_contact_id"),
            campaign_contact.c.region_code,
            campaign_contact.c.platform_code,
        ).where(campaign_contact.c.id == place_id)
    )
    assert found is not None  # noqa: S101 - read a moment ago
    return found


def _kept(tx: Tx, platform_code: str, reasons: list[str], purpose: str) -> list[dict[str, Any]] | None:
    """The slots with room, as moments; None where nobody keeps any for this."""
    for reason in (*reasons, purpose):
        offered = slots_offered(tx, platform_code=platform_code, reason=reason)
        if offered is not None:
            local = zone(platform_by_code(tx, platform_code).zone)
            return [_slot(row, row.starts_at.astimezone(local)) for row in offered]
    return None


def _slot(row: Row[Any], at: datetime) -> dict[str, Any]:
    label = {
        language: f"{said}, {row.place}" if row.place else said for language, said in spoken_time(at).items()
    }
    return {"id": row.id, "label": label, "expires": row.starts_at.isoformat()}


def _moment(at: datetime) -> dict[str, Any]:
    return {"id": at.isoformat(), "label": spoken_time(at), "expires": at.isoformat()}

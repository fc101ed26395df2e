"""What a flow may know about the person on the line: the nested facts of its vocabulary."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import next_appointment
from callsvc.calls.tables import leg
from callsvc.campaigns.calendar import zone
from callsvc.campaigns.facts import numbers_of
from callsvc.contacts.preferences import language_of
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.platforms.rules import is_open
from callsvc.platforms.tables import platform, region
from callsvc.platforms.weeks import hours_of
from ivr_flows.spoken_times import spoken_time

_KINDS = {
    "physical": {"fr": "rendez-vous sur place", "en": "appointment on site"},
    "phone": {"fr": "rendez-vous par téléphone", "en": "appointment by phone"},
    "video": {"fr": "rendez-vous en visio", "en": "video appointment"},
}


# Built once: they are asked with every answer.
_PERSON = sa.select(contact).where(contact.c.id == sa.bindparam("contact_id"))
_PLATFORM = (
    sa.select(
        platform.c.code,
        platform.c.name,
        platform.c.opens,
        platform.c.closes,
        platform.c.week,
        region.c.zone,
        region.c.name.label("region"),
    )
    .join(region, region.c.code == platform.c.region_code)
    .where(platform.c.code == sa.bindparam("platform_code"))
)
_NUMBER = sa.select(leg.c.number_id).where(leg.c.call_id == sa.bindparam("of_call"), leg.c.role == "contact")


def facts_for(
    tx: Tx, call: Row[Any], *, caller_id: str, purpose: str, verify: str = ""
) -> tuple[dict[str, Any], str | None]:
    """Facts and the person's language. For a caller, the person is a hint by number: no name is told."""
    person = tx.first(_PERSON, contact_id=call.contact_id) if call.contact_id else None
    known = person is not None and call.direction == "outbound"
    details = tx.keyring.decrypt_json(person.person, f"contact:{person.id}") if known and person else {}
    number_id = tx.scalar(_NUMBER, of_call=call.id)
    language = language_of(tx, number_id, person.language if person is not None else None)
    facts = {
        "contact": {**details, "language": language or "", **_means(tx, call, known=known)},
        "campaign": {
            "purpose": purpose,
            "caller_id": caller_id,
            "verify": verify or tx.settings.callsvc_verify_phone,
        },
        "platform": _platform(tx, call.platform_code),
        "appointment": _appointment(tx, call) if known else {},
        # Nobody can call back a caller who withholds their number.
        "call": {"direction": call.direction, "has_number": number_id is not None},
    }
    return facts, language


def facts_for_text(
    tx: Tx, place: Row[Any], *, caller_id: str, purpose: str, number_id: str | None = None, verify: str = ""
) -> tuple[dict[str, Any], str | None]:
    """Facts and language of a person we write to; they have a number that takes SMS, or nobody would."""
    person = tx.first(sa.select(contact).where(contact.c.id == place.contact_id))
    details = tx.keyring.decrypt_json(person.person, f"contact:{person.id}") if person else {}
    language = language_of(tx, number_id, person.language if person is not None else None)
    facts = {
        "contact": {**details, "language": language or "", "has_mobile": True},
        "campaign": {
            "purpose": purpose,
            "caller_id": caller_id,
            "verify": verify or tx.settings.callsvc_verify_phone,
        },
        "platform": _platform(tx, place.platform_code),
        "appointment": _appointment(tx, place),
        "call": {"direction": "outbound", "has_number": True},
    }
    return facts, language


def _platform(tx: Tx, code: str) -> dict[str, Any]:
    row = tx.first(_PLATFORM, platform_code=code)
    if row is None:
        return {"open_now": False, "phone": tx.settings.callsvc_verify_phone}
    return {
        "name": row.name,
        "region": row.region,
        "phone": tx.settings.callsvc_verify_phone,
        "open_now": is_open(hours_of(row), tx.now),
    }


def _appointment(tx: Tx, call: Row[Any]) -> dict[str, Any]:
    visit = next_appointment(tx, call.contact_id)
    if visit is None:
        return {}
    name = tx.scalar(sa.select(contact.c.zone).where(contact.c.id == call.contact_id))
    when: datetime = visit.starts_at.astimezone(zone(name or "Europe/Paris"))
    return {"when": spoken_time(when), "place": visit.place, "kind": _KINDS.get(visit.kind, "")}


def mobile_of(tx: Tx, contact_id: str) -> str | None:
    """The id of the person's preferred number that takes SMS."""
    numbers = numbers_of(tx, [contact_id]).get(contact_id, [])
    return next((str(number.id) for number in numbers if number.kind == "mobile"), None)


def _means(tx: Tx, call: Row[Any], *, known: bool) -> dict[str, bool]:
    """Whether an SMS would reach the person; nothing is said of a caller, who is only a hint."""
    return {"has_mobile": mobile_of(tx, call.contact_id) is not None} if known else {}

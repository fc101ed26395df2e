"""What a flow may know about the person on the line: the nested facts of its vocabulary."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import next_appointment
from callsvc.campaigns.calendar import zone
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.platforms.tables import platform, region

_KINDS = {"physical": "rendez-vous sur place", "phone": "rendez-vous par téléphone", "video": "visio"}


def facts_for(tx: Tx, call: Row[Any], *, caller_id: str, purpose: str) -> tuple[dict[str, Any], str | None]:
    """Facts and the person's language. For a caller, the person is a hint by number: no name is told."""
    person = tx.first(sa.select(contact).where(contact.c.id == call.contact_id)) if call.contact_id else None
    known = person is not None and call.direction == "outbound"
    details = tx.keyring.decrypt_json(person.person, f"contact:{person.id}") if known and person else {}
    language = person.language if person is not None else None
    facts = {
        "contact": {**details, "language": language or ""},
        "campaign": {"purpose": purpose, "caller_id": caller_id},
        "platform": _platform(tx, call.platform_code),
        "appointment": _appointment(tx, call) if known else {},
        "call": {"direction": call.direction},
    }
    return facts, language


def _platform(tx: Tx, code: str) -> dict[str, Any]:
    row = tx.first(
        sa.select(
            platform.c.name, platform.c.opens, platform.c.closes, region.c.zone, region.c.name.label("region")
        )
        .join(region, region.c.code == platform.c.region_code)
        .where(platform.c.code == code)
    )
    if row is None:
        return {"open_now": False, "phone": tx.settings.callsvc_verify_phone}
    local = tx.now.astimezone(zone(row.zone)).strftime("%H:%M")
    return {
        "name": row.name,
        "region": row.region,
        "phone": tx.settings.callsvc_verify_phone,
        "open_now": row.opens <= local < row.closes,
    }


def _appointment(tx: Tx, call: Row[Any]) -> dict[str, Any]:
    visit = next_appointment(tx, call.contact_id)
    if visit is None:
        return {}
    name = tx.scalar(sa.select(contact.c.zone).where(contact.c.id == call.contact_id))
    when: datetime = visit.starts_at.astimezone(zone(name or "Europe/Paris"))
    return {"when": when.strftime("%d/%m à %H:%M"), "place": visit.place, "kind": _KINDS.get(visit.kind, "")}

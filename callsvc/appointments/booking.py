"""A place in a platform's own slots, given by an agent in the conversation with the person."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import act_for
from callsvc.appointments.slots import LEAD, lock_slot
from callsvc.appointments.tables import appointment, appointment_slot
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, NotFound

MOST_SHOWN: Final = 24


def slots_with_room(tx: Tx, platform_code: str) -> Sequence[Row[Any]]:
    """The next moments of this platform with room, for whatever reason, soonest first."""
    free = appointment_slot.c.taken < appointment_slot.c.capacity
    coming = appointment_slot.c.starts_at > tx.now + LEAD
    mine = appointment_slot.c.platform_code == platform_code
    order = appointment_slot.c.starts_at, appointment_slot.c.id
    return tx.all(sa.select(appointment_slot).where(mine, free, coming).order_by(*order).limit(MOST_SHOWN))


def book_place(tx: Tx, contact_id: str, platform_code: str, slot_id: str) -> Row[Any]:
    """A place for this person in a slot of this platform; who has one for the same reason gives it up for it.

    Twice is once. Raises ``slot-unknown`` (of another platform, too), ``slot-full``.
    """
    room = lock_slot(tx, slot_id)
    if room is None or room.platform_code != platform_code or room.starts_at <= tx.now:
        raise NotFound("slot-unknown", "This platform has no such moment to give.")
    visit = _in_slot(tx, contact_id, slot_id)
    if visit is None:
        act_for(tx, contact_id, "book", slot_id)
        visit = _in_slot(tx, contact_id, slot_id)
    if visit is None:
        raise Conflict("slot-full", "The last place has just been taken: offer another moment.")
    return visit


def _in_slot(tx: Tx, contact_id: str, slot_id: str) -> Row[Any] | None:
    mine = (appointment.c.contact_id == contact_id) & (appointment.c.slot_id == slot_id)
    return tx.first(sa.select(appointment).where(mine, appointment.c.status != "canceled"))

"""Room in appointments: moments with places for so many people, which no two of them can overfill.

A place is taken by one statement that asks whether one is left; who comes too late hears it before anything
was promised. It is given back once, by whoever clears the appointment's own mark first.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.tables import appointment, appointment_slot
from callsvc.core.db import Tx

LEAD = timedelta(hours=1)  # lived: nobody is promised a moment sooner than this
MOST_OFFERED = 7


def slots_offered(tx: Tx, *, platform_code: str, reason: str) -> Sequence[Row[Any]] | None:
    """The next moments with room, soonest first; None where nobody keeps slots for this at all."""
    mine = (appointment_slot.c.platform_code == platform_code) & (appointment_slot.c.reason == reason)
    kept = tx.first(sa.select(appointment_slot.c.id).where(mine).limit(1))
    if kept is None:
        return None
    free = appointment_slot.c.taken < appointment_slot.c.capacity
    coming = appointment_slot.c.starts_at > tx.now + LEAD
    order = appointment_slot.c.starts_at, appointment_slot.c.id
    return tx.all(sa.select(appointment_slot).where(mine, free, coming).order_by(*order).limit(MOST_OFFERED))


def lock_slot(tx: Tx, slot_id: str) -> Row[Any] | None:
    """The slot, held until the end of the transaction; None if no slot has this id."""
    return tx.first(sa.select(appointment_slot).where(appointment_slot.c.id == slot_id).with_for_update())


def has_room(tx: Tx, slot_id: str) -> bool:
    """Whether a place is left for whoever asks in this transaction; true for what is no slot of ours."""
    row = lock_slot(tx, slot_id)
    return row is None or (row.taken < row.capacity and row.starts_at > tx.now)


def take_place(tx: Tx, slot_id: str) -> bool:
    """Take one place; False when none is left."""
    left = (appointment_slot.c.id == slot_id) & (appointment_slot.c.taken < appointment_slot.c.capacity)
    return bool(tx.update(appointment_slot, left, taken=appointment_slot.c.taken + 1, changed_at=tx.now))


def free_place(tx: Tx, visit: Row[Any]) -> None:
    """Give back the place of an appointment; twice is once."""
    if visit.slot_id is None:
        return
    mine = (appointment.c.id == visit.id) & (appointment.c.slot_id == visit.slot_id)
    if tx.update(appointment, mine, slot_id=None):
        slot = (appointment_slot.c.id == visit.slot_id) & (appointment_slot.c.taken > 0)
        tx.update(appointment_slot, slot, taken=appointment_slot.c.taken - 1, changed_at=tx.now)

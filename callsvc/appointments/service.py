"""Appointments: confirmed, moved, cancelled; a visit solved by phone is cancelled with its reminders.

A person may only wish for another time: no date is invented. The visit stands with its reminders, marked
``move-requested``, until somebody agrees on a time with them.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.slots import free_place, lock_slot, take_place
from callsvc.appointments.tables import appointment, reminder
from callsvc.calls.queries import call_of_leg
from callsvc.calls.tables import call
from callsvc.core.db import Tx
from callsvc.messages.service import give_up_message, lock_message
from callsvc.messages.tables import message
from callsvc.routing.events import WrapUpEnded

_REMIND_BEFORE = (timedelta(days=1), timedelta(hours=2))
SKILL = "appointment"  # of the agents who speak about visits
# What an agent's disposition does to the visit the call was about.
_BY_DISPOSITION = {"resolved-by-phone": "resolved", "confirmed": "confirm", "moved": "move"}


def book(tx: Tx, *, contact_id: str, kind: str, place: str, reason: str, starts_at: datetime) -> str:
    """Book an appointment with its reminders."""
    appointment_id = tx.new_id("apt")
    tx.insert(
        appointment,
        id=appointment_id,
        contact_id=contact_id,
        kind=kind,
        place=place,
        reason=reason,
        starts_at=starts_at,
        status="booked",
        changed_at=tx.now,
    )
    _remind(tx, appointment_id, starts_at)
    return appointment_id


def _remind(tx: Tx, appointment_id: str, starts_at: datetime) -> None:
    for before in _REMIND_BEFORE:
        if starts_at - before > tx.now:
            tx.insert(
                reminder,
                id=tx.new_id("rem"),
                appointment_id=appointment_id,
                due_at=starts_at - before,
                status="due",
            )


_NEXT = (
    sa.select(appointment)
    .where(
        appointment.c.contact_id == sa.bindparam("contact_id"),
        appointment.c.starts_at > sa.bindparam("now"),
        appointment.c.status != "canceled",
    )
    .order_by(appointment.c.starts_at)
    .limit(1)
)


# Those in a slot of ours.
_HELD = sa.select(appointment).where(
    appointment.c.contact_id == sa.bindparam("contact_id"),
    appointment.c.starts_at > sa.bindparam("now"),
    appointment.c.slot_id.is_not(None),
)


def next_appointment(tx: Tx, contact_id: str | None) -> Row[Any] | None:
    """The person's next visit that is still to come."""
    if contact_id is None:
        return None
    return tx.first(_NEXT, contact_id=contact_id, now=tx.now)


def act(tx: Tx, leg_id: str, action: str, slot: str | None) -> None:
    """What a flow decided about the next visit of the person on this leg."""
    act_for(tx, call_of_leg(tx, leg_id).contact_id, action, slot)


def act_for(tx: Tx, contact_id: str | None, action: str, slot: str | None) -> None:
    """The same for a person, on whatever channel."""
    if action == "book":
        if contact_id is not None:
            _book(tx, contact_id, slot)
        return
    visit = next_appointment(tx, contact_id)
    if visit is not None:
        change(tx, visit, action, slot)


def _book(tx: Tx, contact_id: str, slot: str | None) -> None:
    """A place in a slot of ours, if one is left; else a call at the agreed instant.

    Who has a place for the same reason already gives it up for the new one.
    """
    room = lock_slot(tx, slot) if slot else None
    if room is None:
        starts_at = _slot(tx.now, slot)
        book(tx, contact_id=contact_id, kind="phone", place="", reason="call", starts_at=starts_at)
        return
    held = tx.first(_HELD.where(appointment.c.reason == room.reason), contact_id=contact_id, now=tx.now)
    if held is not None:
        _move_to_slot(tx, held, room)
    elif take_place(tx, room.id):
        of_slot = {"kind": room.kind, "place": room.place, "reason": room.reason}
        visit_id = book(tx, contact_id=contact_id, starts_at=room.starts_at, **of_slot)
        tx.update(appointment, appointment.c.id == visit_id, slot_id=room.id)


def change(tx: Tx, visit: Row[Any], action: str, slot: str | None = None) -> None:
    """confirm, move (to the instant ``slot``, else only wished for), cancel, or resolved by phone.

    Cancelled or resolved, a visit loses its reminders, even one planned and not sent yet.
    """
    where = appointment.c.id == visit.id
    if action == "confirm":
        tx.update(appointment, where, status="confirmed", changed_at=tx.now)
    elif action == "move":
        _move(tx, visit, slot)
    elif action in ("cancel", "resolved"):
        _drop_reminders(tx, visit.id)
        free_place(tx, visit)
        tx.update(
            appointment, where, status="canceled", resolved_by_phone=action == "resolved", changed_at=tx.now
        )


def _move(tx: Tx, visit: Row[Any], slot: str | None) -> None:
    where = appointment.c.id == visit.id
    room = lock_slot(tx, slot) if slot else None
    if room is not None:
        _move_to_slot(tx, visit, room)
        return
    agreed = _instant(slot)
    if agreed is None:
        tx.update(appointment, where, status="move-requested", wish=(slot or "")[:40], changed_at=tx.now)
        return
    _drop_reminders(tx, visit.id)
    free_place(tx, visit)
    tx.update(appointment, where, status="moved", wish="", starts_at=agreed, changed_at=tx.now)
    _remind(tx, visit.id, agreed)


def _move_to_slot(tx: Tx, visit: Row[Any], room: Row[Any]) -> None:
    """Into another slot: the new place is taken before the old one is given back."""
    if visit.slot_id == room.id or not take_place(tx, room.id):
        return
    _drop_reminders(tx, visit.id)
    free_place(tx, visit)
    tx.update(
        appointment,
        appointment.c.id == visit.id,
        status="moved",
        wish="",
        kind=room.kind,
        place=room.place,
        starts_at=room.starts_at,
        slot_id=room.id,
        changed_at=tx.now,
    )
    _remind(tx, visit.id, room.starts_at)


def _drop_reminders(tx: Tx, appointment_id: str) -> None:
    """Those still to come, and the SMS of one whose time has come but which was not sent yet."""
    mine = reminder.c.appointment_id == appointment_id
    for row in tx.all(sa.select(reminder.c.id).where(mine, reminder.c.status == "sent")):
        planned = (message.c.cause == reminder_cause(row.id)) & (message.c.placement == "planned")
        message_id = tx.scalar(sa.select(message.c.id).where(planned))
        told = lock_message(tx, message_id) if message_id else None
        if told is not None and told.placement == "planned":
            give_up_message(tx, told, "withdrawn", "visit-changed")
    tx.update(reminder, mine & (reminder.c.status == "due"), status="canceled")


def reminder_cause(reminder_id: str) -> str:
    """What the SMS of a reminder names as its cause."""
    return f"reminder:{reminder_id}"


def _instant(slot: str | None) -> datetime | None:
    """An ISO instant with its zone; None for a wish such as ``morning``."""
    try:
        agreed = datetime.fromisoformat(slot or "")
    except ValueError:
        return None
    return agreed if agreed.tzinfo else None


def _slot(after: datetime, slot: str | None) -> datetime:
    """The agreed time of a new appointment: an ISO instant, or the same hour two days later."""
    return _instant(slot) or after + timedelta(days=2)


def follow_disposition(tx: Tx, event: WrapUpEnded) -> None:
    """An agent's disposition decides the visit, on a call that was about one.

    Who calls us is only a hint by number; it is the agent's own word, chosen after asking, that is followed.
    """
    action = _BY_DISPOSITION.get(event.disposition)
    if action is None or event.skill != SKILL:
        return
    contact_id = tx.scalar(sa.select(call.c.contact_id).where(call.c.id == event.call_id))
    visit = next_appointment(tx, contact_id)
    if visit is not None:
        change(tx, visit, action)

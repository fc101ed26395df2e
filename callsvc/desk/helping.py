"""What an agent does for the person they speak with: a call back, no more calls, a place in an appointment.

All of it for the call they hold, and while they hold it: its conversation and its wrap-up. An agent of
another region gets nothing here but this one call's own platform, its open moments and what they book.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.appointments.booking import book_place, slots_with_room
from callsvc.calls.tables import call, leg
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.dialing.dispositions import opt_out_told
from callsvc.routing.service import promise_callback
from callsvc.routing.talking.wrapping import held_by_agent
from callsvc.runtime import Runtime

FURTHEST: Final = timedelta(days=30)


def promise_call_back(rt: Runtime, agent_id: str, at: datetime) -> datetime:
    """Note that they are called back at this instant (lived); booked when the agent's word is final.

    Said again, the newest counts. Raises ``no-call``, ``no-number``, ``callback-time``.
    """
    with rt.db.begin() as tx:
        entry, row = _spoken_with(tx, agent_id)
        if tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == entry.leg_id)) is None:
            raise Invalid("no-number", "Nobody can be called back without a number.")
        if not tx.now < at <= tx.now + FURTHEST:
            raise Invalid("callback-time", "Name an instant to come, within thirty days.")
        promise_callback(tx, row, at)
        return at


def opt_out(rt: Runtime, principal: Principal, agent_id: str, *, everything: bool = False) -> str:
    """They do not want to be called (for this purpose; ``everything``: at all): in force at once.

    Returns the scope: purpose or all. Raises ``no-call``, ``no-number``.
    """
    with rt.db.begin() as tx:
        entry, _ = _spoken_with(tx, agent_id)
        scope = opt_out_told(tx, entry.leg_id, everything=everything)
        if not scope:
            raise Invalid("no-number", "This caller has no number that could be called.")
        record_access(tx, principal, "opt-out-recorded", entry.call_id, {"scope": scope})
        return scope


def open_slots(rt: Runtime, agent_id: str) -> Sequence[Row[Any]]:
    """Moments with room at the home platform of the person this agent speaks with. Raises ``no-call``."""
    with rt.db.read() as tx:
        home = _home(tx, _spoken_with(tx, agent_id)[0])
        return slots_with_room(tx, home.platform_code)


def book_appointment(rt: Runtime, principal: Principal, agent_id: str, slot_id: str) -> Row[Any]:
    """A place in one of them; the appointment. Raises ``no-call``, ``caller-unlisted``, ``slot-unknown``,
    ``slot-full``.
    """
    with rt.db.begin() as tx:
        entry, _ = _spoken_with(tx, agent_id)
        home = _home(tx, entry)
        if home.contact_id is None:
            raise Conflict("caller-unlisted", "Nobody of our lists has this number: book it at the platform.")
        visit = book_place(tx, home.contact_id, home.platform_code, slot_id)
        record_access(tx, principal, "appointment-booked", visit.id, {"call": entry.call_id})
        return visit


def _spoken_with(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    """(entry, reservation) of the conversation or wrap-up at this desk, held."""
    held = held_by_agent(tx, agent_id)
    if held is None or held[1].state != "accepted" or held[1].bridged_at is None:
        raise Conflict("no-call", "There is nobody on this desk to do this for.")
    return held


def _home(tx: Tx, entry: Row[Any]) -> Row[Any]:
    [row] = tx.all(sa.select(call).where(call.c.id == entry.call_id))
    return row

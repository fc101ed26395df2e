"""An offer to an agent whose line is their own telephone: it rings, and a key takes the call.

    offer -> the telephone rings -> somebody picks up -> a key within the offer -> as accepted on a desk
                                          |-> no key: a voicemail, a child, a pocket: the offer is handed back

Nobody is connected before the key, whatever picked up. A call the agent looks at first (a callback, a task)
rings their telephone when they dial, and waits for the key as well.
"""

from datetime import timedelta
from typing import Final

from callsvc.agents.service import start_call
from callsvc.calls import service as calls
from callsvc.core.db import Tx
from callsvc.routing.events import OfferMade
from callsvc.routing.queries import hold_reservation, reservation_of_agent_leg
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.connecting import agent_there, connect_deadline
from callsvc.softphone.service import rings_telephone

PRESS_S: Final = 15.0
"""Lived seconds beside the offer's own: the telephone network takes its time, and the words are spoken."""
PRESS_REAL_S: Final = 12.0
"""Never less than this many real seconds in all, however fast the clock."""


def ring_telephone(tx: Tx, event: OfferMade) -> None:
    """The call offered rings the agent's own telephone, if that is their line."""
    if event.kind != "call" or calls.by_dial(tx) or not rings_telephone(tx, event.agent_id):
        return
    conference_id = calls.open_conference(tx, event.call_id)
    leg_id = calls.place_agent_leg(
        tx, call_id=event.call_id, agent_id=event.agent_id, conference_id=conference_id
    )
    longest = max(tx.settings.callsvc_offer_s + PRESS_S, PRESS_REAL_S * tx.speed)
    tx.update(
        reservation,
        reservation.c.id == event.reservation_id,
        agent_leg_id=leg_id,
        conference_id=conference_id,
        deadline_at=tx.now + timedelta(seconds=longest),
    )


def take_by_key(tx: Tx, leg_id: str, call_id: str) -> bool:
    """A key was pressed on the agent's telephone: they take the call. False when the offer is over."""
    found = reservation_of_agent_leg(tx, leg_id, call_id)
    held = hold_reservation(tx, found) if found else None
    if held is None:
        return False
    entry, row = held
    if row.state == "pending":
        tx.update(
            reservation,
            reservation.c.id == row.id,
            state="accepted",
            answered_at=tx.now,
            deadline_at=connect_deadline(tx),
        )
        tx.update(queue_entry, queue_entry.c.id == entry.id, state="assigned", assigned_at=tx.now)
        start_call(tx, row.agent_id, row.id, aid=row.agent_region != entry.region_code)
    agent_there(tx, entry, row)
    return True

"""From the agent's yes to both in the conference, and what happens when a leg goes away.

    accept -> the agent's leg is dialled into a conference -> it answers -> the contact is moved in -> both in

Reactions to events of ``calls`` are here; each finds its reservation and does nothing when there is none.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import start_call, touch_agent
from callsvc.calls import service as calls
from callsvc.calls.events import LegAnswered, LegEnded, LegMoveRefused, LegNotPlaced, ParticipantJoined
from callsvc.calls.queries import find_leg, has_left, inside
from callsvc.calls.tables import conference
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.routing.events import EntryConnected, about
from callsvc.routing.offering import hold_offer, offer_next, return_to_queue, was_moved
from callsvc.routing.other_work.calling_out import ask_to_dial, begin_look, not_reached
from callsvc.routing.other_work.writing import begin_writing
from callsvc.routing.queries import (
    entry_of_leg,
    hold_entry,
    hold_reservation,
    live_reservation,
    reservation_of_agent_leg,
    reservation_of_conference,
)
from callsvc.routing.queueing import cancel_entry, tell_left
from callsvc.routing.rules.working import DIALLED
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.disposing import settle_before_next
from callsvc.routing.talking.handing_on import back_to_queue, consult_gone, consult_joined, end_handed_on
from callsvc.routing.talking.listening import supervisor_gone, supervisor_joined
from callsvc.routing.talking.receivers import CUT, PUT_DOWN, ask_whether_over, line_ended
from callsvc.routing.talking.wrapping import end_conversation
from callsvc.runtime import Runtime
from callsvc.softphone.service import rings_telephone

CONNECT_S: Final = 30.0
"""Lived seconds from the agent's yes until both must have met..."""
CONNECT_REAL_S: Final = 10.0
"""...but never less than this many real ones: the carrier takes real time, however fast the clock."""
LONGEST_TALK_S: Final = 4 * 3600.0
"""Lived seconds after which ``repair`` ends a conversation nobody ended."""


def accept(rt: Runtime, agent_id: str, reservation_id: str) -> None:
    """The agent takes the offer: their leg is dialled into a new conference.

    Accepting twice is accepting once. Raises ``offer-unknown``, ``offer-over``; ``telephone-rings`` for an
    agent whose own telephone is their line (``ringing.py``).
    """
    settle_before_next(rt, agent_id)
    with rt.db.begin() as tx:
        entry, row = hold_offer(tx, agent_id, reservation_id)
        if row.state == "accepted":
            return
        if row.state != "pending":
            raise Conflict("offer-over", "This offer is over; look at the state for what is next.")
        if row.agent_leg_id is not None:
            raise Conflict("telephone-rings", "Your telephone rings: pick it up and press a key.")
        if entry.kind in DIALLED:
            begin_look(tx, entry, row)
            return
        if entry.kind == "sms":
            begin_writing(tx, entry, row)
            return
        leg_id, conference_id = _ring(tx, entry, agent_id)
        tx.update(
            reservation,
            reservation.c.id == row.id,
            state="accepted",
            answered_at=tx.now,
            deadline_at=connect_deadline(tx),
            agent_leg_id=leg_id,
            conference_id=conference_id,
        )
        tx.update(queue_entry, queue_entry.c.id == entry.id, state="assigned", assigned_at=tx.now)
        start_call(tx, agent_id, row.id, aid=row.agent_region != entry.region_code)


def _ring(tx: Tx, entry: Row[Any], agent_id: str) -> tuple[str, str | None]:
    """The agent's leg, and the conference it enters; none where the contact's own call dials the agent."""
    if calls.by_dial(tx):
        leg_id = calls.dial_out(
            tx, call_id=entry.call_id, contact_leg_id=entry.leg_id, role="agent", agent_id=agent_id
        )
        return leg_id, None
    conference_id = calls.open_conference(tx, entry.call_id)
    leg_id = calls.place_agent_leg(tx, call_id=entry.call_id, agent_id=agent_id, conference_id=conference_id)
    return leg_id, conference_id


def connect_deadline(tx: Tx) -> datetime:
    """When, at the latest, an agent who took a call now and its contact have met."""
    return tx.now + timedelta(seconds=max(CONNECT_S, CONNECT_REAL_S * tx.speed))


def agent_answered(tx: Tx, event: LegAnswered) -> None:
    """The agent's softphone picked up. On their own telephone anything may have: a key is waited for."""
    held = _held_by_agent_leg(tx, event.leg_id, event.call_id) if event.role == "agent" else None
    if held is not None and held[1].state == "accepted" and held[1].conference_id is None:
        if held[1].bridged_at is None:  # dialled by the contact's own call
            connect(tx, *held, max(event.at, held[1].answered_at))
    elif held is not None and held[1].state == "accepted" and not rings_telephone(tx, held[1].agent_id):
        agent_there(tx, *held)


def agent_there(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """The agent's leg enters the conference: move the contact in, or have them called."""
    if row.bridged_at is not None:
        return
    if entry.kind in DIALLED:
        ask_to_dial(tx, entry, row)
        return
    if not was_moved(tx, entry.leg_id, row.conference_id):
        calls.move_to_conference(tx, entry.leg_id, row.conference_id)


def participant_joined(tx: Tx, event: ParticipantJoined) -> None:
    """When both are in, they are connected."""
    consult_joined(tx, event)
    supervisor_joined(tx, event)
    call_id = tx.scalar(sa.select(conference.c.call_id).where(conference.c.id == event.conference_id))
    found = reservation_of_conference(tx, event.conference_id, call_id) if call_id else None
    held = hold_reservation(tx, found) if found else None
    if held is None or held[1].state != "accepted" or held[1].bridged_at is not None:
        return
    entry, row = held
    if {entry.leg_id, row.agent_leg_id} <= inside(tx, event.conference_id):
        connect(tx, entry, row, max(event.at, row.answered_at))


def connect(tx: Tx, entry: Row[Any], row: Row[Any], at: datetime) -> None:
    """Contact and agent have met, at this lived instant."""
    tx.update(
        reservation,
        reservation.c.id == row.id,
        bridged_at=at,
        deadline_at=tx.now + timedelta(seconds=LONGEST_TALK_S),
    )
    tx.update(queue_entry, queue_entry.c.id == entry.id, left_at=at, left_how="connected")
    touch_agent(tx, row.agent_id)
    tx.emit(
        EntryConnected(
            **about(entry, at),
            reservation_id=row.id,
            agent_id=row.agent_id,
            agent_region=row.agent_region,
            waited_s=(at - entry.entered_at).total_seconds(),
            overflow=row.agent_region != entry.region_code,
        )
    )
    tell_left(tx, entry, "connected", at)


def leg_ended(tx: Tx, event: LegEnded) -> None:
    """A contact, an agent, or somebody an agent had asked in has gone."""
    if not company_gone(tx, event.role, event.leg_id, event.call_id):
        contact_gone(tx, event.leg_id)


def leg_not_placed(tx: Tx, event: LegNotPlaced) -> None:
    """The agent's softphone, whom they asked in, or whom they wanted to call could not be dialled."""
    if not company_gone(tx, event.role, event.leg_id, event.call_id) and event.role == "contact":
        contact_gone(tx, event.leg_id)


def company_gone(tx: Tx, role: str, leg_id: str, call_id: str) -> bool:
    """An agent, whoever they asked in or a supervisor is gone; False for any other role."""
    if role == "agent":
        agent_leg_gone(tx, leg_id, call_id)
    elif role == "consult":
        consult_gone(tx, leg_id)
    elif role == "supervisor":
        supervisor_gone(tx, leg_id)
    else:
        return False
    return True


def leg_move_refused(tx: Tx, event: LegMoveRefused) -> None:
    """The carrier could not move the call: it is over, the contact hung up."""
    contact_gone(tx, event.leg_id)


def contact_gone(tx: Tx, leg_id: str) -> None:
    """The contact hung up: out of the queue, or the conversation is over. Idempotent."""
    found = entry_of_leg(tx, leg_id)
    entry = hold_entry(tx, found.id) if found else None
    if entry is None:
        return
    if entry.state not in ("pending", "reserved", "assigned"):
        end_handed_on(tx, entry)
        return
    row = live_reservation(tx, entry.id)
    if row is not None and row.bridged_at is not None:
        end_conversation(tx, entry, row)
    elif row is not None and entry.kind in DIALLED:
        not_reached(tx, entry, row)
    else:
        cancel_entry(tx, entry, "hung-up")


def _held_by_agent_leg(tx: Tx, leg_id: str, call_id: str) -> tuple[Row[Any], Row[Any]] | None:
    found = reservation_of_agent_leg(tx, leg_id, call_id)
    return hold_reservation(tx, found) if found else None


def dial_over(tx: Tx, leg_id: str) -> None:
    """The contact's call, still there, says that its Dial of this leg is over. Idempotent."""
    row = find_leg(tx, leg_id)
    if row is not None and row.role == "agent":
        agent_leg_gone(tx, leg_id, row.call_id, contact_is_there=True)
    else:
        consult_gone(tx, leg_id)


def agent_leg_gone(tx: Tx, leg_id: str, call_id: str, *, contact_is_there: bool = False) -> None:
    """An agent's leg is over, was never placed, or has left its conference. Idempotent.

    One that the contact's own call dialled ends with it: who of the two went, that call says (``dial_over``).
    """
    held = _held_by_agent_leg(tx, leg_id, call_id)
    if held is None:
        return
    entry, row = held
    if row.conference_id is None and row.bridged_at is not None and not contact_is_there:
        return
    if row.state == "pending":  # their telephone rang in vain, or nobody pressed a key
        return_to_queue(tx, entry, row, "rescinded")
        offer_next(tx, (row.agent_region,), entered=entry.region_code)
    else:
        agent_gone(tx, entry, row)


def agent_gone(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """The agent's leg of an accepted offer is dead.

    Before the two met, the contact keeps the old place. While they talked - and no hang-up was asked for -
    the contact goes back to the waiting loop in front of everybody, in an entry of its own; after a receiver
    was put down, if they say so (``receivers.py``).
    """
    if row.talk_ended_at is not None:
        return
    if row.bridged_at is None:
        return_to_queue(tx, entry, row, "rescinded")
        offer_next(tx, (row.agent_region,), entered=entry.region_code)
        return
    if has_left(tx, row.conference_id, entry.leg_id):
        # The contact went first, and nobody took them out: only the news of it is late.
        end_conversation(tx, entry, row)
        return
    how = line_ended(tx, row)
    if how == PUT_DOWN:
        ask_whether_over(tx, entry, row)
    elif how == CUT:
        end_conversation(tx, entry, row, agent_vanished=True)
        back_to_queue(tx, entry, "cut")

"""Callbacks and tasks in an agent's hands: a look at who it is, the agent's telephone, then the person's.

    accept -> the agent looks -> dial -> the agent's leg answers -> the person is called into the conference
                    |-> skip, or the time to look is over

The person is dialled by ``dialing``, by the claim and the rules of every call; here is what the queue knows.
"""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import start_call, touch_agent
from callsvc.calls import service as calls
from callsvc.calls.placing import open_call
from callsvc.calls.tables import participant
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.routing.events import AgentThere, WorkSkipped, about
from callsvc.routing.offering import close_offer, offer_next, return_to_queue
from callsvc.routing.other_work.leaving import leave_work
from callsvc.routing.queries import IS_LIVE, hold_of_agent, hold_reservation
from callsvc.routing.rules.working import DIALLED
from callsvc.routing.tables import queue_entry, reservation
from callsvc.runtime import Runtime

LOOK_S: Final = 180.0
"""Lived seconds an agent may look at whom they would call."""
DIAL_S: Final = 90.0
"""Lived seconds from the agent's leg to the person's answer: they must be rung, and pick up..."""
DIAL_REAL_S: Final = 20.0
"""...but never less than this many real ones."""
SKIPS: Final = ("not-now", "not-needed")
"""Why an agent calls nobody after a look: another time, or the matter is settled."""
MOST_BACK: Final = 100


def begin_look(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """The agent took it and sees who it is about; nothing rings yet."""
    tx.update(
        reservation,
        reservation.c.id == row.id,
        state="accepted",
        answered_at=tx.now,
        deadline_at=tx.now + timedelta(seconds=LOOK_S),
    )
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="assigned", assigned_at=tx.now)
    start_call(tx, row.agent_id, row.id, aid=False)


def dial(rt: Runtime, agent_id: str) -> None:
    """The agent's telephone rings; once they are there, the person is called. Twice is once.

    Raises ``no-work``.
    """
    with rt.db.begin() as tx:
        entry, row = _looking(tx, agent_id)
        if row.agent_leg_id is not None:
            return
        call_id = _open_call(tx, entry)
        conference_id = calls.open_conference(tx, call_id)
        leg_id = calls.place_agent_leg(tx, call_id=call_id, agent_id=agent_id, conference_id=conference_id)
        changes = {"agent_leg_id": leg_id, "conference_id": conference_id, "deadline_at": _deadline(tx)}
        tx.update(reservation, reservation.c.id == row.id, **changes)
        tx.update(queue_entry, queue_entry.c.id == entry.id, call_id=call_id)
        touch_agent(tx, agent_id)


def _open_call(tx: Tx, entry: Row[Any]) -> str:
    place = campaign_contact.c.id == entry.campaign_contact_id
    contact_id = tx.scalar(sa.select(campaign_contact.c.contact_id).where(place))
    at = {"region_code": entry.region_code, "platform_code": entry.platform_code}
    whose = {"campaign_contact_id": entry.campaign_contact_id, "contact_id": contact_id}
    return open_call(tx, direction="outbound", **at, **whose)


def _deadline(tx: Tx) -> Any:
    return tx.now + timedelta(seconds=max(DIAL_S, DIAL_REAL_S * tx.settings.callsvc_clock_speed))


def ask_to_dial(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """The agent is in the conference: whoever places calls may call the person now."""
    if entry.leg_id is not None:
        return
    tx.update(reservation, reservation.c.id == row.id, deadline_at=_deadline(tx))
    tx.emit(
        AgentThere(
            **about(entry, tx.now),
            reservation_id=row.id,
            agent_id=row.agent_id,
            number_id=entry.number_id,
            campaign_contact_id=entry.campaign_contact_id,
        )
    )


def person_rings(tx: Tx, entry_id: str, leg_id: str) -> None:
    """The person's leg is planned: when they answer they enter the conference of this entry's agent."""
    held = tx.first(sa.select(reservation.c.conference_id).where(reservation.c.entry_id == entry_id, IS_LIVE))
    if held is not None:
        tx.update(queue_entry, queue_entry.c.id == entry_id, leg_id=leg_id)
        tx.insert_once(participant, conference_id=held.conference_id, leg_id=leg_id)


def not_reached(tx: Tx, entry: Row[Any], row: Row[Any], how: str = "not-reached") -> None:
    """Nobody answered, or the rules forbade the call: the agent is free, the campaign goes on from there."""
    close_offer(tx, entry, row, "canceled")
    leave_work(tx, entry, how)
    offer_next(tx, [row.agent_region])


def skip(rt: Runtime, agent_id: str, reason: str) -> None:
    """The agent calls nobody: ``not-now`` or ``not-needed``. Raises ``no-work``, ``skip-unknown``."""
    if reason not in SKIPS:
        raise Invalid("skip-unknown", f"Say why: one of {', '.join(SKIPS)}.", allowed=list(SKIPS))
    with rt.db.begin() as tx:
        entry, row = _looking(tx, agent_id)
        if row.agent_leg_id is not None:
            raise Conflict("no-work", "The call is under way: hang up instead.")
        close_offer(tx, entry, row, "rejected")
        leave_work(tx, entry, "skipped")
        tx.emit(WorkSkipped(**about(entry, tx.now), agent_id=agent_id, reason=reason))
        offer_next(tx, [row.agent_region])


def _looking(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    held = hold_of_agent(tx, agent_id)
    if held is None or held[0].kind not in DIALLED or held[1].state != "accepted" or held[1].bridged_at:
        raise Conflict("no-work", "There is nobody to call on this desk; look at the state for what is next.")
    return held


def end_looks(rt: Runtime) -> int:
    """What an agent looked at for too long without calling waits for another; how many."""
    with rt.db.read() as tx:
        due = tx.all(
            sa.select(reservation.c.id)
            .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
            .where(
                IS_LIVE,
                reservation.c.state == "accepted",
                reservation.c.agent_leg_id.is_(None),
                reservation.c.deadline_at <= tx.now,
                queue_entry.c.kind.in_(DIALLED),
            )
            .limit(MOST_BACK)
        )
    return sum(_end_look(rt, row.id) for row in due)


def _end_look(rt: Runtime, reservation_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_reservation(tx, reservation_id)
        if held is None or held[1].state != "accepted" or held[1].agent_leg_id is not None:
            return False
        return_to_queue(tx, *held, "timeout")
        offer_next(tx, [held[1].agent_region])
    return True

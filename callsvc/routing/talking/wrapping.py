"""The end of a conversation: both legs end, and the wrap-up begins. Its end is in ``disposing.py``."""

from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Row

from callsvc.agents.service import start_wrap_up
from callsvc.calls import service as calls
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.routing.events import ConversationEnded, about
from callsvc.routing.offering import offer_next, return_to_queue
from callsvc.routing.queries import hold_of_agent
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.listening import end_supervision
from callsvc.routing.talking.wrap_ups import wrap_up_s
from callsvc.runtime import Runtime


def end_conversation(
    tx: Tx, entry: Row[Any], row: Row[Any], *, agent_vanished: bool = False, contact_stays: bool = False
) -> None:
    """The two have parted: both legs end, wrap-up begins; with them ends whoever the agent had asked in.

    No participant's leaving ends a conference, so the service ends the legs. A contact whose agent vanished
    stays, and so does one whom the agent handed on (``contact_stays``), with whom they were handed to.
    """
    tx.update(
        reservation,
        reservation.c.id == row.id,
        talk_ended_at=tx.now,
        deadline_at=tx.now + timedelta(seconds=wrap_up_s(tx, entry)),
    )
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="wrapping")
    start_wrap_up(tx, row.agent_id, row.id, vanished=agent_vanished)
    calls.end_leg(tx, row.agent_leg_id)
    end_supervision(tx, row)
    if row.consult_leg_id is not None and not contact_stays:
        calls.end_leg(tx, row.consult_leg_id)
    if not (agent_vanished or contact_stays):
        calls.end_leg(tx, entry.leg_id)
    tx.emit(
        ConversationEnded(
            **about(entry, tx.now),
            session_id=entry.session_id,
            reservation_id=row.id,
            agent_id=row.agent_id,
            agent_region=row.agent_region,
            talk_s=max(0.0, (tx.now - row.bridged_at).total_seconds()),
            agent_vanished=agent_vanished,
            contact_stays=contact_stays,
        )
    )


def hang_up(rt: Runtime, agent_id: str) -> None:
    """The agent ends the conversation; before the two have met, the contact keeps their place.

    Hanging up twice is hanging up once. Raises ``no-call``.
    """
    with rt.db.begin() as tx:
        held = held_by_agent(tx, agent_id)
        if held is None or held[1].state != "accepted":
            raise Conflict("no-call", "There is no call to hang up.")
        entry, row = held
        if row.talk_ended_at is not None:
            return
        if row.bridged_at is None:
            return_to_queue(tx, entry, row, "rejected")
            offer_next(tx, (row.agent_region,), entered=entry.region_code)
        else:
            end_conversation(tx, entry, row)


def talking(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    """The entry and reservation of an agent in conversation, held; ``no-call`` for anybody else."""
    held = held_by_agent(tx, agent_id)
    if held is None or held[1].state != "accepted" or held[1].bridged_at is None or held[1].talk_ended_at:
        raise Conflict("no-call", "There is no conversation at this desk.")
    return held


def held_by_agent(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]] | None:
    """(entry, reservation) of somebody this agent talks with, or may, held."""
    held = hold_of_agent(tx, agent_id)
    return held if held is not None and held[0].kind != "sms" else None  # see writing.py

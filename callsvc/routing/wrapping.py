"""The end of a conversation, the wrap-up after it, and its disposition."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import finish_wrap_up, start_wrap_up
from callsvc.calls import service as calls
from callsvc.campaigns.dispositions import AGENTS
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.routing.events import ConversationEnded, WrapUpEnded, about
from callsvc.routing.listening import end_supervision
from callsvc.routing.offering import offer_next, return_to_queue
from callsvc.routing.queries import IS_LIVE, hold_reservation, reservation_of_agent
from callsvc.routing.tables import queue_entry, reservation
from callsvc.runtime import Runtime

MOST_WRAPPED = 100


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
        deadline_at=tx.now + timedelta(seconds=tx.settings.callsvc_wrap_up_s),
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
        held = _held_by_agent(tx, agent_id)
        if held is None or held[1].state != "accepted":
            raise Conflict("no-call", "There is no call to hang up.")
        entry, row = held
        if row.talk_ended_at is not None:
            return
        if row.bridged_at is None:
            return_to_queue(tx, entry, row, "rejected")
            offer_next(tx, (entry.region_code, row.agent_region))
        else:
            end_conversation(tx, entry, row)


def dispose(rt: Runtime, agent_id: str, disposition: str) -> None:
    """Say how the call ended and be done with it: the wrap-up ends, the agent is idle.

    ``disposition`` is one of ``callsvc.campaigns.dispositions.AGENTS``, such as ``resolved-by-phone``. Raises
    ``disposition-invalid``, ``not-in-wrap-up``.
    """
    if disposition not in AGENTS:
        raise Invalid("disposition-invalid", f"Choose one of: {', '.join(AGENTS)}.", allowed=list(AGENTS))
    with rt.db.begin() as tx:
        held = _held_by_agent(tx, agent_id)
        if held is None or held[1].talk_ended_at is None or held[1].state != "accepted":
            raise Conflict("not-in-wrap-up", "Hang up first; the disposition is given in wrap-up.")
        finish(tx, *held, disposition)


def finish(tx: Tx, entry: Row[Any], row: Row[Any], disposition: str) -> None:
    """Close a held reservation in wrap-up and free its agent for the next call."""
    tx.update(
        reservation,
        reservation.c.id == row.id,
        state="completed",
        ended_at=tx.now,
        disposition=disposition or None,
    )
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="completed")
    finish_wrap_up(tx, row.agent_id, row.id)
    tx.emit(
        WrapUpEnded(
            **about(entry, tx.now),
            reservation_id=row.id,
            agent_id=row.agent_id,
            agent_region=row.agent_region,
            disposition=disposition,
            handle_s=max(0.0, (tx.now - row.bridged_at).total_seconds()),
        )
    )
    offer_next(tx, [row.agent_region])


def talking(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    """The entry and reservation of an agent in conversation, held; ``no-call`` for anybody else."""
    held = _held_by_agent(tx, agent_id)
    if held is None or held[1].state != "accepted" or held[1].bridged_at is None or held[1].talk_ended_at:
        raise Conflict("no-call", "There is no conversation at this desk.")
    return held


def _held_by_agent(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]] | None:
    found = reservation_of_agent(tx, agent_id)
    held = hold_reservation(tx, found.id) if found else None
    return held if held is not None and held[0].kind != "sms" else None  # see writing.py


def end_wrap_ups(rt: Runtime) -> int:
    """End the wrap-ups that last too long, without a disposition; how many."""
    with rt.db.read() as tx:
        due = tx.all(
            sa.select(reservation.c.id)
            .where(IS_LIVE, reservation.c.deadline_at <= tx.now, reservation.c.talk_ended_at.is_not(None))
            .limit(MOST_WRAPPED)
        )
    return sum(_end_wrap_up(rt, row.id) for row in due)


def _end_wrap_up(rt: Runtime, reservation_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_reservation(tx, reservation_id)
        if held is None or held[1].state != "accepted" or held[1].talk_ended_at is None:
            return False
        finish(tx, *held, "")
    return True

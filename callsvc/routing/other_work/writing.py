"""An agent and somebody who writes: the thread is on the desk until the agent closes it, or STOP does."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import start_call, touch_agent
from callsvc.campaigns.dispositions import AGENTS
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.messages.conversing import (
    close_conversation,
    conversation_by_id,
    conversation_with,
    note_heard,
    write_answer,
)
from callsvc.routing.events import EntryConnected, EntryLeft, about
from callsvc.routing.offering import offer_next
from callsvc.routing.other_work.leaving import withdraw_work
from callsvc.routing.other_work.working import Work, enter_work
from callsvc.routing.queries import IS_LIVE, hold_of_agent, hold_reservation
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.disposing import finish
from callsvc.runtime import Runtime

LONGEST_S: Final = 4 * 3600.0
"""Lived seconds after which a conversation left open on a desk is closed."""
WAITS_FOR: Final = timedelta(days=2)
"""Lived: how long somebody who writes waits for an agent before it is too late to answer."""
AWAITING: Final = "awaiting-answer"
"""Not over: the agent asked something. Their next message goes to the same agent first."""
CLOSINGS: Final = (*AGENTS, AWAITING)
OWNED_FOR: Final = timedelta(minutes=15)
"""Lived: how long a message that continues a conversation waits for the agent who had it."""


def queue_conversation(tx: Tx, conversation_id: str, skill: str, *, owner: str | None = None) -> None:
    """Somebody wrote and waits for a person; ``owner`` has it first."""
    row = conversation_by_id(tx, conversation_id)
    entered = enter_work(
        tx,
        Work(
            kind="sms",
            subject_id=row.id,
            number_id=row.number_id,
            campaign_contact_id=row.campaign_contact_id,
            region=row.region_code,
            platform=row.platform_code,
            skill=skill,
            language=row.language,
            owner=owner,
            owner_until=tx.now + OWNED_FOR if owner else None,
            deadline_at=tx.now + WAITS_FOR,
        ),
    )
    if entered is not None:
        offer_next(tx, [row.region_code])


def heard_again(tx: Tx, number_id: str) -> bool:
    """They wrote in an open conversation: whoever has it sees it, else it waits again; False without one."""
    row = conversation_with(tx, number_id)
    if row is None:
        return False
    note_heard(tx, row.id)
    last = tx.first(
        sa.select(queue_entry.c.id, queue_entry.c.skill, queue_entry.c.state, reservation.c.agent_id)
        .outerjoin(reservation, reservation.c.entry_id == queue_entry.c.id)
        .where(queue_entry.c.subject_id == row.id)
        .order_by(queue_entry.c.entered_at.desc(), reservation.c.offered_at.desc())
        .limit(1)
    )
    if last is None:
        return False
    if last.state == "assigned":
        touch_agent(tx, last.agent_id)
    elif last.state in ("completed", "canceled"):
        queue_conversation(tx, row.id, last.skill, owner=last.agent_id if last.state == "completed" else None)
    return True


def stopped(tx: Tx, number_id: str) -> None:
    """They said STOP: nobody answers any more, and whoever was about to sees why."""
    row = conversation_with(tx, number_id)
    if row is None:
        return
    close_conversation(tx, row.id, "stop")
    withdraw_work(tx, [row.id], "stop")
    held = tx.first(
        sa.select(reservation.c.agent_id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(queue_entry.c.subject_id == row.id, IS_LIVE)
    )
    if held is not None:
        touch_agent(tx, held.agent_id)


def begin_writing(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """The agent took it: from here on the two are in conversation."""
    tx.update(
        reservation,
        reservation.c.id == row.id,
        state="accepted",
        answered_at=tx.now,
        bridged_at=tx.now,
        deadline_at=tx.now + timedelta(seconds=LONGEST_S),
    )
    met = {"state": "assigned", "assigned_at": tx.now, "left_at": tx.now, "left_how": "connected"}
    tx.update(queue_entry, queue_entry.c.id == entry.id, **met)
    start_call(tx, row.agent_id, row.id, aid=False)
    waited_s = (tx.now - entry.entered_at).total_seconds()
    tx.emit(
        EntryConnected(
            **about(entry, tx.now),
            reservation_id=row.id,
            agent_id=row.agent_id,
            agent_region=row.agent_region,
            waited_s=waited_s,
            overflow=False,
        )
    )
    tx.emit(EntryLeft(**about(entry, tx.now), session_id=None, how="connected", waited_s=waited_s))


def answer(rt: Runtime, agent_id: str, text: str) -> str:
    """Write to them; the message's id. Raises ``no-conversation`` and what ``write_answer`` raises."""
    with rt.db.begin() as tx:
        entry, _ = _writing(tx, agent_id)
        message_id = write_answer(tx, conversation_by_id(tx, entry.subject_id), text)
        touch_agent(tx, agent_id)
    return message_id


def close(rt: Runtime, agent_id: str, disposition: str) -> None:
    """The agent is done; ``awaiting-answer`` leaves the conversation open for their next message.

    Raises ``no-conversation``, ``disposition-invalid``.
    """
    if disposition not in CLOSINGS:
        raise Invalid("disposition-invalid", f"Choose one of: {', '.join(CLOSINGS)}.", allowed=list(CLOSINGS))
    with rt.db.begin() as tx:
        finish_writing(tx, *_writing(tx, agent_id), disposition)


def finish_writing(tx: Tx, entry: Row[Any], row: Row[Any], disposition: str) -> None:
    """Close a held conversation on a desk and free its agent."""
    if disposition != AWAITING:
        close_conversation(tx, entry.subject_id, disposition or "expired")
    tx.update(reservation, reservation.c.id == row.id, talk_ended_at=tx.now)
    finish(tx, entry, row, disposition)


def _writing(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    held = hold_of_agent(tx, agent_id)
    if held is None or held[0].kind != "sms" or held[1].state != "accepted":
        raise Conflict("no-conversation", "Nobody writes with this desk; look at the state for what is next.")
    return held


def close_left(rt: Runtime) -> int:
    """Conversations left open on desks for too long are closed; how many."""
    with rt.db.read() as tx:
        due = tx.all(
            sa.select(reservation.c.id)
            .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
            .where(
                IS_LIVE,
                reservation.c.state == "accepted",
                reservation.c.deadline_at <= tx.now,
                queue_entry.c.kind == "sms",
            )
            .limit(100)
        )
    return sum(_close_left(rt, row.id) for row in due)


def _close_left(rt: Runtime, reservation_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_reservation(tx, reservation_id)
        if held is None or held[1].state != "accepted":
            return False
        finish_writing(tx, *held, "")
    return True

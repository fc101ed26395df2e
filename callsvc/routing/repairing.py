"""Puts right what a lost event or a killed process left behind. Finds nothing on a good day.

Every fix looks again under the entry's lock before it changes anything, in a transaction of its own, and
counts in the log: a repair that keeps happening is a bug elsewhere.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.agents.service import free_stuck_agent, hold_agent
from callsvc.agents.tables import agent
from callsvc.calls.tables import carrier_update, leg
from callsvc.core.db import Tx
from callsvc.routing.offering import offer_next, offer_waiting, return_to_queue
from callsvc.routing.other_work.working import OTHER
from callsvc.routing.queries import (
    IS_LIVE,
    WAITING,
    hold_entry,
    hold_reservation,
    live_reservation,
    reservation_of_agent,
)
from callsvc.routing.tables import aid_activation, queue_entry, reservation
from callsvc.routing.talking import listening
from callsvc.routing.talking.connecting import agent_gone, connect, contact_gone
from callsvc.routing.talking.disposing import UNSETTLED
from callsvc.routing.talking.handing_on import ASKED, TO_NUMBER, consult_gone
from callsvc.routing.talking.wrapping import end_conversation
from callsvc.runtime import Runtime

# In conversation with somebody asked in, or left with them.
_NOT_OVER = (reservation.c.handed_on == TO_NUMBER) | (
    (reservation.c.handed_on == "") & reservation.c.talk_ended_at.is_(None)
)

log = structlog.get_logger(__name__)


def repair(rt: Runtime) -> int:
    """Run every check below once; how many things were put right."""
    checks: tuple[tuple[str, Callable[[Tx], Sequence[str]], Callable[[Tx, str], bool]], ...] = (
        ("contact-gone", _legs_of_the_gone, _forget_contact),
        ("agent-leg-gone", _dead_agent_legs, _forget_agent_leg),
        ("never-met", _late_connections, _settle_connection),
        ("talk-too-long", _endless_talks, _end_talk),
        ("asked-in-gone", _dead_consults, _forget_consult),
        ("handed-on-gone", _left_alone, _forget_contact),
        ("supervision-left-over", listening.left_over, listening.forget),
        ("entry-without-reservation", _orphan_entries, _free_entry),
        ("agent-without-reservation", _stuck_agents, _free_agent),
    )
    fixed = 0
    for name, find, fix in checks:
        with rt.db.read() as tx:
            suspects = find(tx)
        for suspect in suspects:
            with rt.db.begin() as tx:
                done = fix(tx, suspect)
            if done:
                log.warning("routing-repaired", what=name, id=suspect)
                fixed += 1
    return fixed + _offer_left_over(rt)


def _legs_of_the_gone(tx: Tx) -> Sequence[str]:
    """Legs of contacts that ended while their entry is still open."""
    return _ids(
        tx,
        sa.select(leg.c.id)
        .join(queue_entry, queue_entry.c.leg_id == leg.c.id)
        .where(queue_entry.c.state.in_(("pending", "reserved", "assigned")), leg.c.ended_at.is_not(None)),
    )


def _forget_contact(tx: Tx, leg_id: str) -> bool:
    contact_gone(tx, leg_id)
    return True


def _dead_agent_legs(tx: Tx) -> Sequence[str]:
    """Accepted offers whose agent's leg is over, or was never placed, unnoticed."""
    return _ids(
        tx,
        sa.select(reservation.c.id)
        .join(leg, leg.c.id == reservation.c.agent_leg_id)
        .where(IS_LIVE, reservation.c.talk_ended_at.is_(None), _is_dead()),
    )


def _is_dead() -> sa.ColumnElement[bool]:
    return leg.c.ended_at.is_not(None) | leg.c.placement.in_(("not-placed", "refused", "withdrawn"))


def _forget_agent_leg(tx: Tx, reservation_id: str) -> bool:
    held = hold_reservation(tx, reservation_id)
    if held is None or held[1].state != "accepted" or held[1].talk_ended_at is not None:
        return False
    agent_gone(tx, *held)
    return True


def _late_connections(tx: Tx) -> Sequence[str]:
    """Accepted offers whose two sides have not met by the deadline."""
    return _ids(
        tx,
        sa.select(reservation.c.id).where(
            IS_LIVE,
            reservation.c.state == "accepted",
            reservation.c.bridged_at.is_(None),
            reservation.c.deadline_at <= tx.now,
        ),
    )


def _settle_connection(tx: Tx, reservation_id: str) -> bool:
    """Both moved in and alive, only the news of it was lost: connected. Otherwise back to the queue."""
    held = hold_reservation(tx, reservation_id)
    if held is None or held[1].state != "accepted" or held[1].bridged_at is not None:
        return False
    entry, row = held
    if _met_unnoticed(tx, entry, row):
        connect(tx, entry, row, tx.now)
    else:
        return_to_queue(tx, entry, row, "rescinded")
        offer_next(tx, (row.agent_region,), entered=entry.region_code)
    return True


def _met_unnoticed(tx: Tx, entry: Row[Any], row: Row[Any]) -> bool:
    alive = tx.scalar(
        sa.select(sa.func.count()).where(
            leg.c.id.in_((entry.leg_id, row.agent_leg_id)),
            leg.c.answered_at.is_not(None),
            leg.c.ended_at.is_(None),
        )
    )
    moved = tx.first(
        sa.select(carrier_update.c.id).where(
            carrier_update.c.leg_id == entry.leg_id,
            carrier_update.c.path.endswith(f"/conference/{row.conference_id}"),
            carrier_update.c.result == "done",
        )
    )
    return alive == 2 and moved is not None


def _endless_talks(tx: Tx) -> Sequence[str]:
    return _ids(
        tx,
        sa.select(reservation.c.id).where(
            IS_LIVE,
            reservation.c.bridged_at.is_not(None),
            reservation.c.talk_ended_at.is_(None),
            reservation.c.deadline_at <= tx.now,
        ),
    )


def _end_talk(tx: Tx, reservation_id: str) -> bool:
    held = hold_reservation(tx, reservation_id)
    if held is None or held[1].state != "accepted" or held[1].talk_ended_at is not None:
        return False
    if held[0].kind == "sms":
        return False  # see writing.close_left
    end_conversation(tx, *held)
    return True


def _dead_consults(tx: Tx) -> Sequence[str]:
    """Legs of people asked in that are over, unnoticed, while the contact is still there."""
    contact_leg = leg.alias()
    return _ids(
        tx,
        sa.select(leg.c.id)
        .join(reservation, reservation.c.consult_leg_id == leg.c.id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .join(contact_leg, contact_leg.c.id == queue_entry.c.leg_id)
        .where(_is_dead(), contact_leg.c.ended_at.is_(None), _NOT_OVER),
    )


def _forget_consult(tx: Tx, leg_id: str) -> bool:
    consult_gone(tx, leg_id)
    return True


def _left_alone(tx: Tx) -> Sequence[str]:
    """Legs of contacts that ended, unnoticed, after they were handed on or asked whether it is over."""
    return _ids(
        tx,
        sa.select(leg.c.id)
        .join(queue_entry, queue_entry.c.leg_id == leg.c.id)
        .join(reservation, reservation.c.entry_id == queue_entry.c.id)
        .where(leg.c.ended_at.is_not(None), reservation.c.handed_on.in_((TO_NUMBER, ASKED))),
    )


def _orphan_entries(tx: Tx) -> Sequence[str]:
    """Entries in an agent's hands, they say, that no live reservation holds."""
    held = sa.exists().where(reservation.c.entry_id == queue_entry.c.id, IS_LIVE | UNSETTLED)
    return _ids(
        tx,
        sa.select(queue_entry.c.id).where(
            queue_entry.c.state.in_(("reserved", "assigned", "wrapping")), ~held
        ),
    )


def _free_entry(tx: Tx, entry_id: str) -> bool:
    entry = hold_entry(tx, entry_id)
    if entry is None or live_reservation(tx, entry_id) is not None:
        return False
    if tx.first(sa.select(reservation.c.id).where(reservation.c.entry_id == entry_id, UNSETTLED)) is not None:
        return False
    if entry.state not in ("reserved", "assigned", "wrapping"):
        return False
    state = "completed" if entry.left_at is not None else "pending"
    tx.update(queue_entry, queue_entry.c.id == entry_id, state=state)
    offer_next(tx, (), entered=entry.region_code)
    return True


def _stuck_agents(tx: Tx) -> Sequence[str]:
    """Agents not idle whom no live reservation holds."""
    held = sa.exists().where(reservation.c.id == agent.c.reservation_id, IS_LIVE)
    return _ids(tx, sa.select(agent.c.id).where(agent.c.state != "idle", ~held))


def _free_agent(tx: Tx, agent_id: str) -> bool:
    row = hold_agent(tx, agent_id)
    if row.state == "idle" or reservation_of_agent(tx, agent_id) is not None:
        return False
    free_stuck_agent(tx, agent_id)
    offer_next(tx, [row.region_code])
    return True


def _offer_left_over(rt: Runtime) -> int:
    """Entries and agents that two transactions of the same moment failed to bring together."""
    with rt.db.read() as tx:
        waiting = _ids(tx, sa.select(queue_entry.c.region_code).where(WAITING | OTHER).distinct())
        aided = _ids(tx, sa.select(aid_activation.c.region_code).where(aid_activation.c.active))
    offered = 0
    for region in sorted({*waiting, *aided}):
        with rt.db.begin() as tx:
            offered += offer_waiting(tx, region)
    return offered


def _ids(tx: Tx, statement: sa.Select[Any]) -> Sequence[str]:
    return [row[0] for row in tx.all(statement.limit(200))]

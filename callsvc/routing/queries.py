"""Reading queues, reservations and decisions, and taking the rows a use case is about to change.

Locks (PostgreSQL; SQLite runs one writing transaction at a time): a use case about a known call takes the
call's row, then the entry's, and may wait for both. Reservations are only changed under their entry's row.
Everything a transaction picks up besides - another entry, a free agent, a helper's region - is taken with
SKIP LOCKED: it never waits while it holds anything another may want, so no cycle can form.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, leg
from callsvc.core.db import Tx
from callsvc.routing.rules import LIVE
from callsvc.routing.tables import queue_entry, reservation, routing_decision

# Written out in the statement: a partial index is only used when its condition stands there word for word.
IS_LIVE = reservation.c.state.in_([sa.literal_column(f"'{state}'", sa.String()) for state in LIVE])
# Calls alone: what regions are measured and helped by. Other kinds wait in ``working.py``.
WAITING = (queue_entry.c.state == "pending") & (queue_entry.c.kind == "call")
IN_ORDER = (queue_entry.c.priority.desc(), queue_entry.c.entered_at, queue_entry.c.id)


def hold_entry(tx: Tx, entry_id: str) -> Row[Any] | None:
    """The entry, its call's row (if it has one) and its own locked until the end of the transaction."""
    found = tx.first(sa.select(queue_entry.c.call_id).where(queue_entry.c.id == entry_id))
    if found is None:
        return None
    if found.call_id is not None:
        tx.execute(sa.select(call.c.id).where(call.c.id == found.call_id).with_for_update(key_share=True))
    return tx.first(
        sa.select(queue_entry).where(queue_entry.c.id == entry_id).with_for_update(key_share=True)
    )


def hold_reservation(tx: Tx, reservation_id: str) -> tuple[Row[Any], Row[Any]] | None:
    """(entry, reservation), held by the entry's row, read after it was taken."""
    entry_id = tx.scalar(sa.select(reservation.c.entry_id).where(reservation.c.id == reservation_id))
    entry = hold_entry(tx, entry_id) if entry_id else None
    if entry is None:
        return None
    row = tx.first(sa.select(reservation).where(reservation.c.id == reservation_id))
    return (entry, row) if row else None


def live_reservation(tx: Tx, entry_id: str) -> Row[Any] | None:
    return tx.first(sa.select(reservation).where(reservation.c.entry_id == entry_id, IS_LIVE))


def reservation_of_agent(tx: Tx, agent_id: str) -> Row[Any] | None:
    """The live reservation that holds this agent, if any."""
    return tx.first(sa.select(reservation).where(reservation.c.agent_id == agent_id, IS_LIVE))


def hold_of_agent(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]] | None:
    """(entry, reservation) that this agent has now, held."""
    found = reservation_of_agent(tx, agent_id)
    return hold_reservation(tx, found.id) if found else None


def entry_of_leg(tx: Tx, leg_id: str) -> Row[Any] | None:
    """The newest queue entry of a contact's leg, over or not."""
    return tx.first(
        sa.select(queue_entry)
        .join(leg, leg.c.call_id == queue_entry.c.call_id)
        .where(leg.c.id == leg_id, queue_entry.c.leg_id == leg_id)
        .order_by(queue_entry.c.entered_at.desc(), queue_entry.c.priority.desc())
        .limit(1)
    )


def reservation_of_agent_leg(tx: Tx, leg_id: str, call_id: str) -> str | None:
    """The id of the live reservation whose agent's leg this is."""
    found: str | None = tx.scalar(
        sa.select(reservation.c.id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(queue_entry.c.call_id == call_id, reservation.c.agent_leg_id == leg_id, IS_LIVE)
    )
    return found


def reservation_of_conference(tx: Tx, conference_id: str, call_id: str) -> str | None:
    """The id of the live reservation that meets in this conference."""
    found: str | None = tx.scalar(
        sa.select(reservation.c.id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(queue_entry.c.call_id == call_id, reservation.c.conference_id == conference_id, IS_LIVE)
    )
    return found


def resolved_since(tx: Tx, regions: Collection[str], since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Calls that were connected or lost after ``since`` and up to ``until``, in the order they left."""
    return tx.all(
        sa.select(
            queue_entry.c.region_code, queue_entry.c.entered_at, queue_entry.c.left_at, queue_entry.c.left_how
        )
        .where(
            queue_entry.c.region_code.in_(regions),
            IS_RESOLVED,
            queue_entry.c.left_at > since,
            queue_entry.c.left_at <= until,
        )
        .order_by(queue_entry.c.left_at, queue_entry.c.id)
    )


IS_RESOLVED = (queue_entry.c.kind == "call") & queue_entry.c.left_how.not_in(("closed", "reassigned"))
"""Of a call that has left: it was connected or lost."""


def entered_since(tx: Tx, regions: Collection[str], since: datetime) -> dict[str, int]:
    """How many calls entered each region's queue since then."""
    rows = tx.all(
        sa.select(queue_entry.c.region_code, sa.func.count().label("entries"))
        .where(
            queue_entry.c.kind == "call",
            queue_entry.c.region_code.in_(regions),
            queue_entry.c.entered_at >= since,
        )
        .group_by(queue_entry.c.region_code)
    )
    return {row.region_code: row.entries for row in rows}


def place_in_queue(tx: Tx, entry: Row[Any]) -> int:
    """How many of its group stand before a waiting entry in its region, plus one."""
    before = sa.or_(
        queue_entry.c.priority > entry.priority,
        (queue_entry.c.priority == entry.priority)
        & (
            (queue_entry.c.entered_at < entry.entered_at)
            | ((queue_entry.c.entered_at == entry.entered_at) & (queue_entry.c.id < entry.id))
        ),
    )
    return 1 + int(
        tx.scalar(
            sa.select(sa.func.count()).where(
                WAITING,
                queue_entry.c.region_code == entry.region_code,
                queue_entry.c.skill == entry.skill,
                queue_entry.c.language == entry.language,
                before,
            )
        )
        or 0
    )


def last_refuser(tx: Tx, entry_id: str) -> frozenset[str]:
    """The agent who let the entry's last offer pass."""
    rows = tx.all(
        sa.select(reservation.c.agent_id)
        .where(
            reservation.c.entry_id == entry_id, reservation.c.state.in_(("rejected", "timeout", "rescinded"))
        )
        .order_by(reservation.c.offered_at.desc(), reservation.c.ended_at.desc())
        .limit(1)
    )
    return frozenset(row.agent_id for row in rows)


def explain(tx: Tx, entry_id: str) -> list[dict[str, Any]]:
    """Every stored decision about an entry, oldest first.

    Each: ``at``, ``kind`` (platform, pool, region, aid, wait), ``agent_id``, ``from_region``, ``to_region``,
    ``sentence`` (English), ``sentence_fr``, ``inputs`` (counts and thresholds at that instant).
    """
    rows = tx.all(sa.select(routing_decision).where(routing_decision.c.entry_id == entry_id))
    decisions = [
        {
            "at": row.at,
            "kind": row.kind,
            "agent_id": row.agent_id,
            "from_region": row.from_region,
            "to_region": row.to_region,
            "sentence": row.sentence,
            "sentence_fr": row.inputs["sentence_fr"],
            "inputs": {key: value for key, value in row.inputs.items() if key != "sentence_fr"},
        }
        for row in rows
    ]
    return sorted(decisions, key=lambda decision: decision["inputs"]["number"])

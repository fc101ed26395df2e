"""Work leaves the queue: done, skipped, not reached, withdrawn, or too late."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.events import EntryLeft, about
from callsvc.routing.offering import close_offer, offer_next
from callsvc.routing.other_work.working import OTHER
from callsvc.routing.queries import hold_entry, live_reservation
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime

MOST_EXPIRED = 100


def leave_work(tx: Tx, entry: Row[Any], how: str) -> None:
    """End a held entry that is no call and whose agent, if it had one, is free already."""
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="canceled", left_at=tx.now, left_how=how)
    waited_s = (tx.now - entry.entered_at).total_seconds()
    tx.emit(EntryLeft(**about(entry, tx.now), session_id=None, how=how, waited_s=waited_s))


def withdraw_work(tx: Tx, subject_ids: Sequence[str], how: str) -> int:
    """Nobody needs it any more: what waits or is offered leaves; what an agent has in hand goes on."""
    waiting = queue_entry.c.state.in_(("pending", "reserved"))
    rows = tx.all(sa.select(queue_entry.c.id).where(queue_entry.c.subject_id.in_(subject_ids), waiting))
    return sum(_withdraw(tx, row.id, how) for row in rows)


def _withdraw(tx: Tx, entry_id: str, how: str) -> bool:
    entry = hold_entry(tx, entry_id)
    if entry is None or entry.state not in ("pending", "reserved"):
        return False
    offer = live_reservation(tx, entry_id)
    if offer is not None:
        close_offer(tx, entry, offer, "canceled")
    leave_work(tx, entry, how)
    if offer is not None:
        offer_next(tx, [offer.agent_region])
    return True


def expire_work(rt: Runtime) -> int:
    """Work past its deadline leaves as ``unavailable``: its promise is kept otherwise; how many."""
    return expire(rt, OTHER, leave_work)


def expire(rt: Runtime, which: sa.ColumnElement[bool], leave: Callable[[Tx, Row[Any], str], None]) -> int:
    """Let these waiting entries ``leave`` as ``unavailable`` when their deadline is past; how many."""
    with rt.db.read() as tx:
        late = sa.select(queue_entry.c.id).where(which, queue_entry.c.deadline_at <= tx.now)
        due = tx.all(late.limit(MOST_EXPIRED))
    return sum(_expire(rt, row.id, leave) for row in due)


def _expire(rt: Runtime, entry_id: str, leave: Callable[[Tx, Row[Any], str], None]) -> bool:
    with rt.db.begin() as tx:
        entry = hold_entry(tx, entry_id)
        if entry is None or entry.state != "pending" or entry.deadline_at > tx.now:
            return False
        leave(tx, entry, "unavailable")
    return True

"""Legs that the carrier dials out of a call by its document: a transfer to a number.

Such a leg is written before the document is handed out, so that its callbacks find it; it is in doubt like
any other when none of them comes. It never touches ``live_call``: a switchboard takes many calls at once.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.placing import give_up
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import bind_sid
from callsvc.calls.tables import leg
from callsvc.carrier.vocabulary import COMPLETED, IN_PROGRESS
from callsvc.core.db import Tx

ROLE = "transfer"
LONGEST_S = 4 * 3600  # lived seconds of a conversation, as for any call
_MARGIN = timedelta(minutes=5)


def open_transfer(
    tx: Tx,
    *,
    call_id: str,
    number_id: str | None,
    ring_s: int,
    role: str = ROLE,
    agent_id: str | None = None,
) -> str:
    """The leg that the next document of this call dials; returns its id."""
    leg_id = tx.new_id("leg")
    tx.insert(
        leg,
        id=leg_id,
        call_id=call_id,
        role=role,
        number_id=number_id,
        agent_id=agent_id,
        placement="claimed",
        planned_at=tx.now,
        claimed_at=tx.now,
        news_at=tx.machine_now,
        lease_until=tx.machine_now + timedelta(seconds=tx.settings.callsvc_lease_s),
        deadline_at=tx.now + timedelta(seconds=ring_s + LONGEST_S) + _MARGIN,
    )
    return leg_id


def newest_transfer(tx: Tx, call_id: str) -> Row[Any] | None:
    """The transfer of this call that began last."""
    mine = (leg.c.call_id == call_id) & (leg.c.role == ROLE)
    return tx.first(sa.select(leg).where(mine).order_by(leg.c.planned_at.desc(), leg.c.id.desc()).limit(1))


def transfer_over(tx: Tx, leg_id: str, sid: str) -> None:
    """The carrier's document went on. Without a SID it dialled nobody; callbacks tell how the leg ended."""
    row = lock_leg(tx, leg_id)
    if sid:
        bind_sid(tx, row, sid)
    elif row.sid is None and row.placement == "claimed":
        give_up(tx, row, "not-placed", "not-dialled")


def spoke(row: Row[Any]) -> bool:
    """Whether somebody answered a transfer."""
    return row.answered_at is not None or row.status in (IN_PROGRESS, COMPLETED)

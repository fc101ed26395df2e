"""Aid on purpose: what people lent for some hours, whatever the predicted wait.

An order in force is an open activation of its pair for up to ``agents`` agents: the reserve does not hold
them back, for whoever lends them has seen what it costs. One way, skills and opt-out hold as ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.routing.tables import aid_order


@dataclass(frozen=True, slots=True, kw_only=True)
class AidOrder:
    """``agents`` of region ``aiding`` are lent to region ``aided`` until an instant (lived)."""

    id: str
    aiding: str
    aided: str
    agents: int
    until: datetime


def orders_now(tx: Tx) -> Sequence[AidOrder]:
    """The orders in force at this instant, the oldest first; several of one pair add up."""
    rows = tx.all(
        sa.select(aid_order)
        .where(aid_order.c.state == "open", aid_order.c.until_at > tx.now)
        .order_by(aid_order.c.answered_at, aid_order.c.id)
    )
    return [
        AidOrder(
            id=row.id,
            aiding=row.aiding_region,
            aided=row.aided_region,
            agents=row.agents,
            until=row.until_at,
        )
        for row in rows
    ]

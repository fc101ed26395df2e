"""Aid on purpose: what people lent for some hours, whatever the predicted wait.

An order in force is an open activation of its pair for up to ``agents`` agents: the reserve does not hold
them back, for whoever lends them has seen what it costs. One way, skills and opt-out hold as ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.routing.tables import aid_order

SHOWN: Final = 20
"""Orders that are over, the newest, shown beside those that are not."""


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
    rows = tx.all(ORDERS_NOW.order_by(aid_order.c.answered_at, aid_order.c.id), now=tx.now)
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


ORDERS_NOW: Final = sa.select(aid_order).where(
    aid_order.c.state == "open", aid_order.c.until_at > sa.bindparam("now")
)


def asked_of(tx: Tx, by: Principal) -> int:
    """How many orders wait for an answer of the reader's regions."""
    mine = scope_condition(by, aid_order.c.aiding_region)
    waits = (aid_order.c.state == "asked") & (aid_order.c.until_at > tx.now)
    return int(tx.scalar(sa.select(sa.func.count()).select_from(aid_order).where(waits, mine)) or 0)


def hold_order(tx: Tx, order_id: str, by: Principal | None) -> Row[Any]:
    """An order that the reader may see, locked; ``aid-order-unknown``."""
    wanted = sa.select(aid_order).where(aid_order.c.id == order_id, _visible(by))
    row = tx.first(wanted.with_for_update(key_share=True))
    if row is None:
        raise NotFound("aid-order-unknown", "No order of your regions has this id.")
    return row


def order_of(tx: Tx, order_id: str, by: Principal) -> Row[Any]:
    """The same for reading."""
    row = tx.first(orders_seen_by(by).where(aid_order.c.id == order_id))
    if row is None:
        raise NotFound("aid-order-unknown", "No order of your regions has this id.")
    return row


def orders_seen_by(by: Principal) -> sa.Select[Any]:
    """Orders of which one side is the reader's: both sides see the whole order."""
    return sa.select(aid_order).where(_visible(by))


def orders_shown(tx: Tx, by: Principal) -> Sequence[Row[Any]]:
    """What is asked or lent, then the newest that are over."""
    live = aid_order.c.state.in_(("asked", "open"))
    newest = (aid_order.c.made_at.desc(), aid_order.c.id.desc())
    mine = orders_seen_by(by)
    return [
        *tx.all(mine.where(live).order_by(*newest)),
        *tx.all(mine.where(~live).order_by(*newest).limit(SHOWN)),
    ]


def _visible(by: Principal | None) -> sa.ColumnElement[bool]:
    if by is None:
        return sa.true()
    return sa.or_(
        scope_condition(by, aid_order.c.aided_region), scope_condition(by, aid_order.c.aiding_region)
    )

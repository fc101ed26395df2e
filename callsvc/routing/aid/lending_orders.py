"""Lending agents on purpose, asking for them, and giving them back; every step is in the access log.

The region that lends decides: it lends unasked, or answers what another asked. Either side ends it before
its hour; at the hour it ends by itself. Calls under way go on to their end.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.platforms.queries import region_by_code
from callsvc.platforms.tables import region
from callsvc.routing.aid.lending_now import hold_order
from callsvc.routing.offering import offer_waiting
from callsvc.routing.rules.orders import check_order, check_step
from callsvc.routing.tables import aid_order, aid_region
from callsvc.runtime import Runtime

MOST_ENDED_AT_ONCE = 100


def lend(
    tx: Tx,
    *,
    aiding: str,
    aided: str,
    agents: int,
    until: datetime,
    by: Principal | None,
    predicted: Mapping[str, Any] | None = None,
) -> str:
    """``agents`` of ``aiding`` are lent to ``aided`` until then, from the next decision on; the order's id.

    ``by`` None is the service itself. ``predicted``: the effect that was shown, kept with the order. Raises
    ``aid-order-invalid``, ``aid-order-time``, ``region-unknown``, ``not-your-region``, ``aid-opted-out``,
    ``aid-both-ways``.
    """
    _check(tx, aided=aided, aiding=aiding, agents=agents, until=until, acting=aiding, by=by)
    _check_free_to_lend(tx, aiding, aided)
    order_id = _add(tx, aided=aided, aiding=aiding, until=until, by=by, state="open", agents=agents)
    tx.update_row(aid_order, order_id, answered_at=tx.now, answered_by=_name(by), predicted=_kept(predicted))
    _note(tx, by, "aid-lent", order_id, (aided, aiding), agents=agents, until=until.isoformat())
    offer_waiting(tx, aided)
    return order_id


def ask_aid(tx: Tx, *, aided: str, aiding: str, agents: int, until: datetime, by: Principal | None) -> str:
    """Ask a region for ``agents`` until then; it answers yes, yes to fewer, or no. The order's id.

    Raises as ``lend`` does, but for the states only the answer depends on.
    """
    _check(tx, aided=aided, aiding=aiding, agents=agents, until=until, acting=aided, by=by)
    order_id = _add(tx, aided=aided, aiding=aiding, until=until, by=by, state="asked", wanted=agents)
    _note(tx, by, "aid-asked", order_id, (aided, aiding), agents=agents, until=until.isoformat())
    return order_id


def accept_aid(
    tx: Tx,
    order_id: str,
    *,
    by: Principal | None,
    agents: int | None = None,
    predicted: Mapping[str, Any] | None = None,
) -> None:
    """Yes: as many as were asked for, or fewer. Raises ``aid-order-over``, ``aid-order-invalid``..."""
    row = hold_order(tx, order_id, by)
    _act_for(by, row.aiding_region)
    check_step(row.state, "open")
    lent = row.wanted if agents is None else agents
    if not 1 <= lent <= row.wanted:
        raise Invalid("aid-order-invalid", f"Lend between 1 and the {row.wanted} agents that were asked for.")
    if row.until_at <= tx.now:
        raise Conflict("aid-order-over", "The hour it was asked for has come; ask again.")
    _check_free_to_lend(tx, row.aiding_region, row.aided_region)
    _step(tx, row, "open", agents=lent, answered_at=tx.now, answered_by=_name(by), predicted=_kept(predicted))
    _note(tx, by, "aid-accepted", order_id, (row.aided_region, row.aiding_region), agents=lent)
    offer_waiting(tx, row.aided_region)


def refuse_aid(tx: Tx, order_id: str, *, by: Principal | None, reason: str) -> None:
    """No, and why: whoever asked reads it. Raises ``aid-reason-needed``, ``aid-order-over``."""
    said = reason.strip()[:200]
    if not said:
        raise Invalid("aid-reason-needed", "Say why, in a few words: the region that asked reads it.")
    row = hold_order(tx, order_id, by)
    _act_for(by, row.aiding_region)
    check_step(row.state, "refused")
    _step(tx, row, "refused", answered_at=tx.now, answered_by=_name(by), reason=said)
    _note(tx, by, "aid-refused", order_id, (row.aided_region, row.aiding_region))


def withdraw_aid(tx: Tx, order_id: str, *, by: Principal | None) -> None:
    """Whoever asked needs it no more. Raises ``aid-order-over`` once it was answered."""
    row = hold_order(tx, order_id, by)
    _act_for(by, row.aided_region)
    check_step(row.state, "withdrawn")
    _step(tx, row, "withdrawn", ended_at=tx.now, ended_by=_name(by))
    _note(tx, by, "aid-withdrawn", order_id, (row.aided_region, row.aiding_region))


def give_back(tx: Tx, order_id: str, *, by: Principal | None, reason: str = "") -> None:
    """Before the hour: no further call is taken for it. Either side may. Raises ``aid-order-over``."""
    row = hold_order(tx, order_id, by)
    if by is not None and not (by.may_see(row.aided_region) or by.may_see(row.aiding_region)):
        raise Forbidden("not-your-region", "An account acts only for its own regions.")
    check_step(row.state, "ended")
    _step(tx, row, "ended", ended_at=tx.now, ended_by=_name(by), reason=reason.strip()[:200])
    _note(tx, by, "aid-given-back", order_id, (row.aided_region, row.aiding_region))


def end_orders_of(tx: Tx, aiding: str, reason: str) -> None:
    """A region that gives no aid any more has nothing lent either."""
    for row in tx.all(
        sa.select(aid_order.c.id).where(aid_order.c.aiding_region == aiding, aid_order.c.state == "open")
    ):
        give_back(tx, row.id, by=None, reason=reason)


def end_orders_due(rt: Runtime) -> int:
    """The hour has come: what was lent is given back, what nobody answered lapses; how many.

    ``orders_now`` leaves them out from that instant on; this writes it down and tells those who watch.
    """
    due = (aid_order.c.state.in_(("asked", "open")), aid_order.c.until_at <= sa.bindparam("now"))
    with rt.db.read() as tx:
        found = tx.all(sa.select(aid_order.c.id).where(*due).limit(MOST_ENDED_AT_ONCE), now=tx.now)
    for one in found:
        with rt.db.begin() as tx:
            row = tx.first(sa.select(aid_order).where(aid_order.c.id == one.id).with_for_update())
            if row is not None and row.state in ("asked", "open"):
                _step(tx, row, "over", ended_at=row.until_at, ended_by=_name(None))
                _note(tx, None, "aid-over", row.id, (row.aided_region, row.aiding_region))
    return len(found)


def _check(
    tx: Tx, *, aided: str, aiding: str, agents: int, until: datetime, acting: str, by: Principal | None
) -> None:
    check_order(aided, aiding, agents, until, tx.now)
    for code in (aided, aiding):
        region_by_code(tx, code)
    _act_for(by, acting)


def _act_for(by: Principal | None, code: str) -> None:
    if by is not None and not by.may_see(code):
        raise Forbidden("not-your-region", "An account acts only for its own regions.")


def _check_free_to_lend(tx: Tx, aiding: str, aided: str) -> None:
    """The lender's row is taken, as decisions about it do: what is lent is known to the next one."""
    tx.execute(sa.select(region.c.code).where(region.c.code == aiding).with_for_update(key_share=True))
    out = tx.scalar(sa.select(aid_region.c.opted_out).where(aid_region.c.region_code == aiding))
    if out:
        raise Conflict("aid-opted-out", "This region gives no aid; let it give aid again first.")
    back = (aid_order.c.aiding_region == aided) & (aid_order.c.aided_region == aiding)
    if tx.first(
        sa.select(aid_order.c.id).where(back, aid_order.c.state == "open", aid_order.c.until_at > tx.now)
    ):
        raise Conflict(
            "aid-both-ways", "That region is lending to this one: give its agents back before lending yours."
        )


def _add(
    tx: Tx,
    *,
    aided: str,
    aiding: str,
    until: datetime,
    by: Principal | None,
    state: str,
    wanted: int | None = None,
    agents: int = 0,
) -> str:
    order_id = tx.new_id("aid")
    tx.insert(
        aid_order,
        id=order_id,
        aided_region=aided,
        aiding_region=aiding,
        state=state,
        wanted=wanted,
        agents=agents,
        until_at=until,
        made_at=tx.now,
        made_by=_name(by),
        reason="",
    )
    return order_id


def _step(tx: Tx, row: Row[Any], state: str, **values: Any) -> None:
    tx.update_row(aid_order, row.id, state=state, **values)


def _note(
    tx: Tx, by: Principal | None, action: str, order_id: str, sides: tuple[str, str], **details: Any
) -> None:
    aided, aiding = sides
    record_access(tx, by, action, order_id, {"aided": aided, "aiding": aiding, **details})
    tx.changed("aid", region=aided)
    tx.changed("aid", region=aiding)


def _name(by: Principal | None) -> str:
    return by.account_id if by else "system"


def _kept(predicted: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if predicted is None else dict(predicted)

"""Aid as it stands: the agreements in force, the calls taken in aid, and holding a pair of regions."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.written import Written
from callsvc.platforms.tables import region
from callsvc.routing.queries import IS_LIVE
from callsvc.routing.rules.agreements import holds_at
from callsvc.routing.tables import aid_agreement, queue_entry, reservation

AID = reservation.c.home_region != reservation.c.agent_region


def aid_taken(tx: Tx, since: datetime, until: datetime | None = None) -> Sequence[Row[Any]]:
    """Calls taken in aid after ``since``, offers still open among them, by home and agent's region."""
    taken = AID_TAKEN.where(reservation.c.offered_at > since)
    return tx.all(taken if until is None else taken.where(reservation.c.offered_at <= until))


AID_TAKEN = (
    sa.select(reservation.c.home_region, reservation.c.agent_region, sa.func.count().label("calls"))
    .where(
        AID,
        reservation.c.state.not_in(("rejected", "timeout", "canceled", "rescinded")),
    )
    .group_by(reservation.c.home_region, reservation.c.agent_region)
)


def agreements_of(tx: Tx, aided: str | None = None) -> Sequence[Row[Any]]:
    """The agreements in force by which others aid this region, or any, by rank."""
    statement = IN_FORCE if aided is None else IN_FORCE.where(aid_agreement.c.aided_region == aided)
    rows = tx.all(statement, now=tx.now)
    if not any(row.hours for row in rows):
        return rows
    zones = {row.code: row.zone for row in tx.all(sa.select(region.c.code, region.c.zone))}
    return [
        row
        for row in rows
        if holds_at(row.hours, row.starts_at, row.ends_at, zones[row.aiding_region], tx.now)
    ]


_NOW: Any = sa.bindparam("now")
IN_FORCE = (
    sa.select(aid_agreement)
    .where(
        aid_agreement.c.starts_at.is_(None) | (aid_agreement.c.starts_at <= _NOW),
        aid_agreement.c.ends_at.is_(None) | (aid_agreement.c.ends_at > _NOW),
    )
    .order_by(aid_agreement.c.rank, aid_agreement.c.aiding_region)
)


def live_aid(tx: Tx) -> Sequence[Row[Any]]:
    """Calls held by agents of another region now, by home region and agent's region."""
    return tx.all(LIVE_AID)


LIVE_AID = (
    sa.select(
        reservation.c.home_region.label("region_code"),
        reservation.c.agent_region,
        sa.func.count().label("calls"),
    )
    .where(IS_LIVE, AID)
    .group_by(reservation.c.home_region, reservation.c.agent_region)
)


def hold_pair(tx: Tx, helper: str, home: str) -> bool:
    """Take a helper's region for deciding about it, and the pair; False if another transaction has either.

    The row, so that two decisions cannot both spend the last agent above the reserve; the pair, so that two
    regions cannot begin to aid each other at the same moment. On SQLite writers take turns anyway.
    """
    if tx.dialect != "postgresql":
        return True
    row = _HOLD.first(tx, helper=helper, pair=_key_of(helper, home))
    return row is not None and bool(row.paired)


_PAIR: Any = sa.bindparam("pair", type_=sa.BigInteger)
_HOLD = Written(
    sa.select(sa.func.pg_try_advisory_xact_lock(_PAIR).label("paired"))
    .where(region.c.code == sa.bindparam("helper"))
    .with_for_update(of=region, skip_locked=True, key_share=True)
)


def _key_of(one: str, other: str) -> int:
    pair = "aid:" + ":".join(sorted((one, other)))
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=8).digest(), "big", signed=True)


def aid_matrix(tx: Tx, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Calls connected from ``since`` to before ``until`` (lived), by home region and agent's region.

    Each: ``home``, ``agent_region``, ``connected``, ``overflow`` (the two differ).
    """
    rows = tx.all(
        sa.select(queue_entry.c.region_code, reservation.c.agent_region, sa.func.count().label("connected"))
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(
            queue_entry.c.kind == "call",
            reservation.c.bridged_at >= since,
            reservation.c.bridged_at < until,
        )
        .group_by(queue_entry.c.region_code, reservation.c.agent_region)
        .order_by(queue_entry.c.region_code, reservation.c.agent_region)
    )
    return [
        {
            "home": row.region_code,
            "agent_region": row.agent_region,
            "connected": row.connected,
            "overflow": row.region_code != row.agent_region,
        }
        for row in rows
    ]

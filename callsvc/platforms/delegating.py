"""Delegation: a platform's phone flows given to the national platforms, wholly or in part, or taken back.

Apart from overflow: declared ahead and with dates, whatever the load. A share of 0 says that the platform is
on its own phone: it takes its calls itself, and gives no aid outside. Without a declaration calls go home and
overflow as agreed.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.platforms.queries import platform_by_code
from callsvc.platforms.service import is_open_now
from callsvc.platforms.tables import delegation, platform


def declare_delegation(
    tx: Tx, platform_code: str, *, share: int, starts_at: datetime, ends_at: datetime | None, by: str
) -> str:
    """``share`` percent of the platform's calls go to the national platforms from ``starts_at`` on; the id.

    The declaration made last is the one in force where several overlap. Raises ``platform-unknown``,
    ``delegation-invalid``, ``delegation-past``, ``platform-national``.
    """
    place = platform_by_code(tx, platform_code)
    if place.national:
        raise Invalid(
            "platform-national", "A national platform takes what others delegate; it gives nothing."
        )
    if not 0 <= share <= 100 or (ends_at is not None and ends_at <= starts_at):
        raise Invalid(
            "delegation-invalid",
            "The share is 0 to 100 percent, and the end is after the start.",
            share=share,
        )
    if starts_at < tx.now:
        raise Invalid("delegation-past", "A delegation is declared ahead: it starts now or later.")
    delegation_id = tx.new_id("dlg")
    tx.insert(
        delegation,
        id=delegation_id,
        platform_code=platform_code,
        share=share,
        starts_at=starts_at,
        ends_at=ends_at,
        declared_at=tx.now,
        declared_by=by,
    )
    tx.changed("aid", region=place.region_code)
    return delegation_id


def withdraw_delegation(tx: Tx, delegation_id: str) -> None:
    """It is not in force any more; ``delegation-unknown``, ``delegation-over``."""
    row = tx.first(
        sa.select(delegation, platform.c.region_code)
        .join(platform, platform.c.code == delegation.c.platform_code)
        .where(delegation.c.id == delegation_id)
    )
    if row is None:
        raise NotFound("delegation-unknown", "No delegation has this id.")
    if row.withdrawn_at is not None or (row.ends_at is not None and row.ends_at <= tx.now):
        raise Conflict("delegation-over", "This delegation is over or was withdrawn already.")
    tx.update(delegation, delegation.c.id == delegation_id, withdrawn_at=tx.now)
    tx.changed("aid", region=row.region_code)


def delegations_in_force(tx: Tx, codes: Collection[str] | None = None) -> dict[str, int]:
    """Share in percent by platform, now; platforms without a declaration are absent."""
    query = IN_FORCE if codes is None else IN_FORCE.where(delegation.c.platform_code.in_(codes))
    rows = tx.all(query.order_by(delegation.c.declared_at, delegation.c.id), now=tx.now)
    return {row.platform_code: row.share for row in rows}


_NOW: Any = sa.bindparam("now", type_=delegation.c.starts_at.type)
IN_FORCE = sa.select(delegation).where(
    delegation.c.withdrawn_at.is_(None),
    delegation.c.starts_at <= _NOW,
    delegation.c.ends_at.is_(None) | (delegation.c.ends_at > _NOW),
)


def delegate(tx: Tx, share: int, call_id: str, staffed: Collection[str]) -> Row[Any] | None:
    """The national platform that takes this call, or None when it stays at home.

    ``share``: percent that its platform gives away now. ``staffed``: platforms with somebody on duty who
    could take it. The part of the calls is even and the same call always goes the same way: both come from
    a hash of its id. With no national platform open and staffed it stays at home.
    """
    if _lot(call_id, "share") % 100 >= share:
        return None
    able = [row for row in _national(tx) if row.code in staffed and is_open_now(tx, row.code)]
    return max(able, key=lambda row: _lot(call_id, row.code), default=None)


def _national(tx: Tx) -> Sequence[Row[Any]]:
    return tx.all(sa.select(platform).where(platform.c.national).order_by(platform.c.code))


def national_regions(tx: Tx) -> list[str]:
    """Regions that have a national platform."""
    return sorted({row.region_code for row in _national(tx)})


def _lot(call_id: str, what: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{what}:{call_id}".encode(), digest_size=8).digest(), "big")

"""Small platforms answer as one queue of their region while they are small, and come apart by themselves.

What a file declared (``pool_by`` = declared and a ``pool_code``) is left as it is.
"""

import sqlalchemy as sa

from callsvc.agents.queries import ON_DUTY
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.platforms.rules import pooled
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime


def form_pools(rt: Runtime) -> int:
    """Look at every region's platforms; returns how many joined or left a pool."""
    with rt.db.begin() as tx:
        rows = tx.all(
            sa.select(platform.c.code, platform.c.region_code, platform.c.pool_by, region.c.pool_below)
            .join(region, region.c.code == platform.c.region_code)
            .where((platform.c.pool_by == "size") | (platform.c.pool_code == ""))
            .order_by(platform.c.region_code, platform.c.code)
        )
        heads = _on_duty(tx)
        changed = 0
        for code in dict.fromkeys(row.region_code for row in rows):
            mine = [row for row in rows if row.region_code == code]
            was = frozenset(row.code for row in mine if row.pool_by == "size")
            # Who has nobody on duty answers nothing: it neither makes nor keeps a pool.
            working = {row.code: heads[row.code] for row in mine if heads.get(row.code)}
            now = pooled(working, was, mine[0].pool_below)
            changed += _join(tx, code, now - was) + _leave(tx, was - now)
        return changed


def _on_duty(tx: Tx) -> dict[str, int]:
    rows = tx.all(
        sa.select(agent.c.platform_code, sa.func.count().label("agents"))
        .where(ON_DUTY)
        .group_by(agent.c.platform_code)
    )
    return {row.platform_code: row.agents for row in rows}


def _join(tx: Tx, region_code: str, codes: frozenset[str]) -> int:
    return _set(tx, codes, pool_code=f"size-{region_code}", pool_by="size")


def _leave(tx: Tx, codes: frozenset[str]) -> int:
    return _set(tx, codes, pool_code="", pool_by="declared")


def _set(tx: Tx, codes: frozenset[str], **values: str) -> int:
    if codes:
        tx.update(platform, platform.c.code.in_(sorted(codes)), **values)
    return len(codes)

"""How often each exit of each flow was taken: the paths of ended sessions become counts, each once.

Nothing is written for this in a webhook: a path waits in its session's encrypted state. The ticker reads
sessions that have ended, adds their exits to the counts of their day and marks them, in one transaction.
Two tickers at once: one of them waits, and then finds nothing left of what the other counted.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from callsvc.campaigns.trials import is_trial
from callsvc.core.db import Tx
from callsvc.flows.paths import path_of
from callsvc.flows.tables import flow_session, flow_step_count
from callsvc.runtime import Runtime
from callsvc.studio.subjects import PLACE, placed

BATCH = 500  # sessions in one transaction
_ROUNDS = 20

_KEYS = ("version", "campaign_id", "region_code", "platform_code", "day", "step", "exit", "target")


def count_paths(rt: Runtime) -> int:
    """Count what has ended since the last time; returns how many sessions. Running it again adds nothing."""
    counted = 0
    for _ in range(_ROUNDS):
        with rt.db.begin() as tx:
            rows = _ended(tx)
            if rows:
                _add(tx, rt.db.dialect, exits_of(tx, rows))
                tx.update(flow_session, flow_session.c.id.in_([row.id for row in rows]), counted=True)
        counted += len(rows)
        if len(rows) < BATCH:
            break
    return counted


def _ended(tx: Tx) -> Sequence[Row[Any]]:
    """Sessions to count, locked, each with the place and the campaign of its call."""
    mine = flow_session.c.counted.is_(sa.false()) & (flow_session.c.status == "ended")
    ended = sa.select(
        flow_session.c.id,
        flow_session.c.version,
        flow_session.c.state,
        flow_session.c.ended_at,
        PLACE.region.label("region_code"),
        PLACE.platform.label("platform_code"),
        PLACE.campaign.label("campaign_id"),
    ).where(mine)
    return tx.all(
        placed(ended)
        .order_by(flow_session.c.id)
        .limit(BATCH)
        .with_for_update(of=flow_session, skip_locked=True)
    )


def exits_of(tx: Tx, rows: Sequence[Row[Any]]) -> Counter[tuple[Any, ...]]:
    """How often each exit was taken in these sessions, by version, campaign, place and day."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        if is_trial(row.campaign_id) or row.region_code is None:
            continue
        path = path_of(tx.keyring.decrypt_json(row.state, f"flow_session:{row.id}"))
        place = (row.version, row.campaign_id or "", row.region_code, row.platform_code, row.ended_at.date())
        counts.update((*place, step, exit, target or "") for step, exit, target in path)
    return counts


def _add(tx: Tx, dialect: str, counts: Counter[tuple[Any, ...]]) -> None:
    values = [dict(zip(_KEYS, key, strict=True)) | {"sessions": n} for key, n in sorted(counts.items())]
    if not values:
        return
    insert = postgresql.insert(flow_step_count) if dialect == "postgresql" else sqlite.insert(flow_step_count)
    added = flow_step_count.c.sessions + insert.excluded.sessions
    tx.execute(insert.on_conflict_do_update(index_elements=list(_KEYS), set_={"sessions": added}), values)

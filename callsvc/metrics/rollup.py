"""Raw events become sums by 15 minutes, region and campaign: incremental, restartable, counted once.

``rollup_progress`` holds the ordinal up to which events are in the sums, and moves in the same transaction
as the sums. On PostgreSQL ordinals are taken before their transactions commit, so a lower one may appear
after a higher one was seen; ``_safe_ordinal`` waits for the writers under way, and only for those.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from callsvc.core.db import Tx
from callsvc.metrics.measures import measures_of
from callsvc.metrics.rules import interval_of
from callsvc.metrics.tables import metric_event, metric_rollup, rollup_progress
from callsvc.runtime import Runtime

BATCH = 5000
PROGRESS_NAME = "volume"

Key = tuple[datetime, str, str, str]  # interval start, region, campaign, measure


def roll_up(rt: Runtime) -> int:
    """Bring the sums up to date; returns how many events were added. Running it again adds nothing."""
    limit = _safe_ordinal(rt)
    total = 0
    while added := _roll_batch(rt, limit):
        total += added
    return total


def add_up(events: Any) -> dict[Key, float]:
    """The sums of some events, by interval, region, campaign and measure."""
    sums: defaultdict[Key, float] = defaultdict(float)
    for event in events:
        start = interval_of(event.at)
        for measure, value in measures_of(event.name, event.facts):
            sums[start, event.region_code, event.campaign_id, measure] += value
    return dict(sums)


def _safe_ordinal(rt: Runtime) -> int:
    """The highest ordinal below which nothing can appear any more; 0 if writers keep it from being known."""
    try:
        with rt.db.begin() as tx:
            if rt.db.dialect == "postgresql":
                # Waits for the transactions that have inserted events, holds up new ones for that moment.
                tx.execute(sa.text("SET LOCAL lock_timeout = '500ms'"))
                tx.execute(sa.text("LOCK TABLE metric_event IN SHARE MODE"))
            return tx.scalar(sa.select(sa.func.max(metric_event.c.ordinal))) or 0
    except sa.exc.OperationalError:
        return 0  # the next run finds a calmer moment; nothing is lost


def _roll_batch(rt: Runtime, limit: int) -> int:
    with rt.db.begin() as tx:
        tx.insert_once(rollup_progress, name=PROGRESS_NAME, ordinal=0)
        mine = rollup_progress.c.name == PROGRESS_NAME
        done = tx.scalar(sa.select(rollup_progress.c.ordinal).where(mine).with_for_update())
        events = tx.all(
            sa.select(metric_event)
            .where(metric_event.c.ordinal > done, metric_event.c.ordinal <= limit)
            .order_by(metric_event.c.ordinal)
            .limit(BATCH)
        )
        if events:
            _add(tx, rt.db.dialect, add_up(events))
            tx.update(rollup_progress, mine, ordinal=events[-1].ordinal)
        return len(events)


def _add(tx: Tx, dialect: str, sums: dict[Key, float]) -> None:
    rows = [
        {
            "interval_start": start,
            "region_code": region,
            "campaign_id": campaign,
            "measure": measure,
            "value": value,
        }
        for (start, region, campaign, measure), value in sorted(sums.items())
    ]
    if not rows:
        return
    insert = postgresql.insert(metric_rollup) if dialect == "postgresql" else sqlite.insert(metric_rollup)
    keys = ["interval_start", "region_code", "campaign_id", "measure"]
    added = metric_rollup.c.value + insert.excluded.value
    tx.execute(insert.on_conflict_do_update(index_elements=keys, set_={"value": added}), rows)

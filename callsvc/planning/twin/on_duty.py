"""How many agents of each region were on duty when, from what they declared."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from callsvc.agents.tables import agent, agent_activity
from callsvc.core.db import Tx

READY = "available"


@dataclass(frozen=True)
class Change:
    """From this instant on an agent is ready in this region, or not ready at all (empty)."""

    at: datetime
    agent_id: str
    region: str


def changes_between(tx: Tx, begin: datetime, end: datetime) -> list[Change]:
    """What agents declared in that time, in order."""
    rows = tx.all(
        sa.select(agent_activity)
        .where(agent_activity.c.at >= begin, agent_activity.c.at < end)
        .order_by(agent_activity.c.at, agent_activity.c.id)
    )
    return [Change(row.at, row.agent_id, row.region_code if row.activity == READY else "") for row in rows]


def ready_before(tx: Tx, begin: datetime) -> dict[str, str]:
    """Who was ready when that time began: region by agent. Who never declared anything is as they are now."""
    newest = sa.func.row_number().over(
        partition_by=agent_activity.c.agent_id,
        order_by=(agent_activity.c.at.desc(), agent_activity.c.id.desc()),
    )
    before = (
        sa.select(agent_activity.c.agent_id, agent_activity.c.region_code, agent_activity.c.activity)
        .add_columns(newest.label("newest"))
        .where(agent_activity.c.at < begin)
        .subquery()
    )
    rows = tx.all(sa.select(before).where(before.c.newest == 1, before.c.activity == READY))
    silent = tx.all(
        sa.select(agent.c.id, agent.c.region_code).where(
            agent.c.activity == READY,
            agent.c.activity_since < begin,
            ~sa.exists().where(agent_activity.c.agent_id == agent.c.id),
        )
    )
    return {row.agent_id: row.region_code for row in rows} | {row.id: row.region_code for row in silent}


def staffing(
    changes: Sequence[Change], ready: Mapping[str, str], since: datetime
) -> dict[str, list[tuple[float, int]]]:
    """By region: (seconds from ``since``, agents on duty from then on), in order."""
    where, counts = dict(ready), Counter(ready.values())
    found: defaultdict[str, dict[float, int]] = defaultdict(dict)
    for code, agents in counts.items():
        found[code][0.0] = agents
    for one in changes:
        before = where.pop(one.agent_id, "")
        if one.region:
            where[one.agent_id] = one.region
        if before == one.region:
            continue
        seconds = max(0.0, round((one.at - since).total_seconds(), 3))
        for code, step in ((before, -1), (one.region, 1)):
            if code:
                counts[code] += step
                found[code][seconds] = counts[code]
    return {code: sorted(steps.items()) for code, steps in found.items()}

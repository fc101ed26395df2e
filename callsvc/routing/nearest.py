"""The next call of a queue and the agents at home nearest to it, in one query: most decisions are that."""

from collections.abc import Collection
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE, speaks
from callsvc.agents.tables import agent, agent_skill
from callsvc.core.db import Tx
from callsvc.platforms.tables import platform
from callsvc.routing.deciding import BEST_FEW
from callsvc.routing.heads import edges, next_of_age
from callsvc.routing.rules.freeing import Age
from callsvc.routing.rules.terms import Terms
from callsvc.routing.views import FreeAgent, Group


def pick_at_home(
    tx: Tx, region_code: str, age: Age, groups: Collection[Group], terms: Terms
) -> tuple[Row[Any], list[FreeAgent]] | None:
    """As ``heads.pick``, and with the call the few agents nearest to it who could take it now, if any."""
    late, second = edges(terms, tx.now)
    rows = tx.all(_call_and_agents(age), late=late, second=second, region=region_code, groups=sorted(groups))
    if not rows:
        return None
    free = [
        FreeAgent(
            id=row.free_id,
            region=region_code,
            platform=row.free_platform,
            pool=row.free_pool,
            idle_since=row.free_since,
            last_aid_at=row.free_last_aid_at,
        )
        for row in rows
        if row.free_id is not None
    ]
    return rows[0], free


@cache
def _call_and_agents(age: Age) -> sa.Select[Any]:
    """The call is held, the agents are not: whoever is offered it is reserved by compare-and-set."""
    call = next_of_age(age).subquery("next").c
    skilled = sa.join(agent, agent_skill, agent_skill.c.agent_id == agent.c.id)
    known = skilled.join(platform, platform.c.code == agent.c.platform_code)
    able = (agent_skill.c.skill == call.skill) & speaks(call.language)
    near = sa.case(
        (agent.c.platform_code == call.platform_code, 0),
        ((platform.c.pool_code == call.pool_code) & (platform.c.pool_code != ""), 1),
        else_=2,
    )
    return (
        sa.select(
            *call,
            agent.c.id.label("free_id"),
            agent.c.platform_code.label("free_platform"),
            platform.c.pool_code.label("free_pool"),
            agent.c.state_since.label("free_since"),
            agent.c.last_aid_at.label("free_last_aid_at"),
        )
        .select_from(
            sa.outerjoin(call.id.table, known, able & FREE & (agent.c.region_code == call.region_code))
        )
        .order_by(near, agent.c.state_since, agent.c.id)
        .limit(BEST_FEW)
    )

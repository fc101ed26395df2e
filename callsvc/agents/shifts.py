"""Kept shifts: who works when on which theme. They tell people what to expect; calls are routed by skills."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.tables import agent, shift
from callsvc.core.db import Tx


def shifts_between(tx: Tx, first: datetime, last: datetime, platform_code: str = "") -> Sequence[Row[Any]]:
    """Shifts that begin in ``[first, last)``, of one platform or of all, with the agent's softphone."""
    mine = (shift.c.starts_at >= first) & (shift.c.starts_at < last) & agent.c.left_at.is_(None)
    if platform_code:
        mine &= agent.c.platform_code == platform_code
    return tx.all(
        sa.select(shift, agent.c.client_name, agent.c.platform_code, agent.c.region_code)
        .join(agent, agent.c.id == shift.c.agent_id)
        .where(mine)
        .order_by(shift.c.starts_at, agent.c.platform_code, shift.c.skill, agent.c.client_name)
    )


def next_shift(tx: Tx, agent_id: str) -> Row[Any] | None:
    """The one this agent is in, or the next to come."""
    mine = (shift.c.agent_id == agent_id) & (shift.c.ends_at > tx.now)
    return tx.first(sa.select(shift).where(mine).order_by(shift.c.starts_at).limit(1))

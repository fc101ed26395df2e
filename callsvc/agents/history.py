"""What agents declared is kept for some weeks, so that a day can be told afterwards; then it ends."""

from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from callsvc.agents.tables import agent_activity
from callsvc.runtime import Runtime

KEPT: Final = timedelta(days=35)  # lived; each agent's newest row before that stays: what they do since


def forget_activities(rt: Runtime) -> int:
    """Delete what is older and has been followed by something else that is; how many rows."""
    newer = agent_activity.alias()
    with rt.db.begin() as tx:
        old = tx.now - KEPT
        followed = (
            (newer.c.agent_id == agent_activity.c.agent_id)
            & (newer.c.at < old)
            & (
                (newer.c.at > agent_activity.c.at)
                | ((newer.c.at == agent_activity.c.at) & (newer.c.id > agent_activity.c.id))
            )
        )
        return tx.delete(agent_activity, (agent_activity.c.at < old) & sa.exists().where(followed))

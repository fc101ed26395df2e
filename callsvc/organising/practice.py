"""Notes when each agent last did each theme, from the calls they take: rotation is built on it."""

import sqlalchemy as sa

from callsvc.agents.back_office import SUFFIX
from callsvc.agents.tables import agent_practice
from callsvc.core.db import Tx
from callsvc.routing.events import EntryConnected


def note_practice(tx: Tx, event: EntryConnected) -> None:
    """The agent has practised the theme of this call; at its second level, the theme as well."""
    theme = event.skill.removesuffix(SUFFIX)
    mine = (agent_practice.c.agent_id == event.agent_id) & (agent_practice.c.skill == theme)
    once = {"agent_id": event.agent_id, "skill": theme, "last_at": event.at, "calls": 1}
    if not tx.insert_once(agent_practice, **once):
        later = sa.case((agent_practice.c.last_at < event.at, event.at), else_=agent_practice.c.last_at)
        tx.update(agent_practice, mine, calls=agent_practice.c.calls + 1, last_at=later)


def practice_of(tx: Tx, agent_ids: list[str]) -> dict[str, dict[str, sa.Row[tuple[str, ...]]]]:
    """Rows by agent and skill: ``last_at`` (lived) and ``calls``."""
    rows = tx.all(sa.select(agent_practice).where(agent_practice.c.agent_id.in_(agent_ids)))
    found: dict[str, dict[str, sa.Row[tuple[str, ...]]]] = {}
    for row in rows:
        found.setdefault(row.agent_id, {})[row.skill] = row
    return found

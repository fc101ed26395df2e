"""Who spoke with an agent lately and calls again is offered to the same agent first, if that one is free."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE
from callsvc.agents.tables import agent, agent_skill
from callsvc.calls.tables import leg
from callsvc.core.db import Tx
from callsvc.routing.other_work.working import offer_to
from callsvc.routing.tables import queue_entry, reservation


def offer_to_known(tx: Tx, entry: Row[Any]) -> bool:
    """Offer a call that has just entered to the agent who knows the caller; False when the rules choose.

    Only at home, to somebody free with the theme and the language: nobody waits longer for being known.
    """
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == entry.leg_id))
    if number_id is None or not tx.settings.callsvc_personal_hours:
        return False
    known = _spoke_with(tx, number_id, timedelta(hours=tx.settings.callsvc_personal_hours))
    if known is None:
        return False
    free = tx.first(
        sa.select(agent)
        .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == entry.skill))
        .where(agent.c.id == known, agent.c.region_code == entry.region_code, FREE)
    )
    if free is None or entry.language not in free.languages.split():
        return False
    tx.update(queue_entry, queue_entry.c.id == entry.id, owner_agent_id=known)
    return offer_to(tx, entry, free)


def _spoke_with(tx: Tx, number_id: str, within: timedelta) -> str | None:
    """The agent who spoke last with this number."""
    found: str | None = tx.scalar(
        sa.select(reservation.c.agent_id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .join(leg, (leg.c.call_id == queue_entry.c.call_id) & (leg.c.id == queue_entry.c.leg_id))
        .where(leg.c.number_id == number_id, reservation.c.bridged_at > tx.now - within)
        .order_by(reservation.c.bridged_at.desc())
        .limit(1)
    )
    return found

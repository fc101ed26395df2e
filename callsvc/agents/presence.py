"""Whether anybody is at a desk: any request of a desk says so, at the latest every ten seconds.

Machine time throughout: silence is measured in real seconds, however fast the life clock runs. An agent whose
desk never said a word (put to work by a supervisor or by a program beside the desks) has no row here and is
never found silent; missed offers are what tells about them.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.agents.rules import COMES_BACK_S, GRACE_S
from callsvc.agents.tables import agent, agent_presence
from callsvc.core.db import Tx

NOTED_EVERY_S = 4.0
"""Real seconds: a desk that asks more often than this is not written down each time."""

MOST_SILENT = 200


def is_noted(tx: Tx, agent_id: str) -> bool:
    """Whether this desk was seen so lately that there is nothing to write."""
    lately = tx.machine_now - timedelta(seconds=NOTED_EVERY_S)
    mine = (agent_presence.c.agent_id == agent_id) & agent_presence.c.lost_at.is_(None)
    return (
        tx.first(sa.select(agent_presence.c.agent_id).where(mine, agent_presence.c.seen_at > lately))
        is not None
    )


def seen(tx: Tx, agent_id: str) -> str:
    """The desk has said something: note it. The activity to give back to one that was lost and returns in
    time, else empty; giving it back is the caller's, as calls may be waiting.
    """
    new = tx.insert_once(agent_presence, agent_id=agent_id, seen_at=tx.machine_now, activity_before="")
    if new:
        return ""
    mine = agent_presence.c.agent_id == agent_id
    row = tx.first(sa.select(agent_presence).where(mine).with_for_update())
    tx.update(agent_presence, mine, seen_at=tx.machine_now, lost_at=None, activity_before="")
    if row is None or row.lost_at is None:
        return ""
    in_time = tx.machine_now - row.lost_at <= timedelta(seconds=COMES_BACK_S)
    return str(row.activity_before) if in_time else ""


def silent_agents(tx: Tx, there: sa.ColumnElement[bool]) -> Sequence[str]:
    """Ids of agents on duty or pausing whose desk has been silent for longer than the grace.

    ``there``: what shows, over ``agent``'s columns, that somebody is there all the same.
    """
    return [row.id for row in tx.all(_silent(tx).where(~there).limit(MOST_SILENT))]


def is_silent(tx: Tx, agent_id: str, there: sa.ColumnElement[bool]) -> bool:
    """The same of one agent."""
    return tx.first(_silent(tx).where(agent.c.id == agent_id, ~there)) is not None


def _silent(tx: Tx) -> sa.Select[Any]:
    found = sa.select(agent.c.id).join(agent_presence, agent_presence.c.agent_id == agent.c.id)
    return found.where(_has_said_nothing(tx), agent.c.activity != "offline")


def _has_said_nothing(tx: Tx) -> sa.ColumnElement[bool]:
    since = tx.machine_now - timedelta(seconds=GRACE_S)
    return (agent_presence.c.seen_at < since) & agent_presence.c.lost_at.is_(None)


def note_lost(tx: Tx, agent_id: str, activity: str) -> bool:
    """Silent too long: ``activity`` is what they did before, given back if they return in time.

    False if the desk has spoken in this very moment.
    """
    mine = (agent_presence.c.agent_id == agent_id) & _has_said_nothing(tx)
    return bool(tx.update(agent_presence, mine, lost_at=tx.machine_now, activity_before=activity))


def forget_before(tx: Tx, agent_id: str) -> None:
    """Somebody has declared anew what the agent does: nothing of before is given back."""
    mine = (agent_presence.c.agent_id == agent_id) & (agent_presence.c.activity_before != "")
    tx.update(agent_presence, mine, activity_before="")

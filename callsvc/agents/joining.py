"""Agents join, change what they can do, and leave; teams come into being with their first member."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from callsvc.agents.back_office import FIRST_LEVEL
from callsvc.agents.service import add_agent, hold_agent, note_activity
from callsvc.agents.tables import agent, agent_skill, team
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.platforms.queries import platform_by_code


def put_agent(
    tx: Tx,
    *,
    client_name: str,
    platform_code: str,
    name: str,
    languages: Sequence[str],
    skills: Mapping[str, int],
    channels: Sequence[str] = ("voice",),
    team_name: str = "",
    account_id: str | None = None,
    left: bool = False,
) -> str | None:
    """Make the agent with this softphone what is said; ``added``, ``changed``, or None when all is as it was.

    ``skills``: levels by skill, 1 to 3. Whoever left keeps their history and is never offered anything again;
    the same softphone in a later list brings them back. Raises ``platform-unknown``, ``agent-without-skill``,
    ``agent-busy`` for a move or a departure in the middle of a call.
    """
    known = tx.first(sa.select(agent.c.id).where(agent.c.client_name == client_name))
    if known is None and left:
        return None
    if known is None:
        agent_id = add_agent(
            tx, client_name=client_name, platform_code=platform_code, name=name, languages=languages,
            skills=list(skills), account_id=account_id,
        )  # fmt: skip
        _put_skills(tx, agent_id, skills)
        tx.update(
            agent,
            agent.c.id == agent_id,
            channels=" ".join(channels),
            team_id=_team(tx, platform_code, team_name),
        )
        return "added"
    row = hold_agent(tx, known.id)
    values: dict[str, Any] = {
        "platform_code": platform_code,
        "region_code": platform_by_code(tx, platform_code).region_code,
        "name": name,
        "languages": " ".join(languages),
        "channels": " ".join(channels),
        "team_id": _team(tx, platform_code, team_name),
        "account_id": account_id or row.account_id,
    }
    if left and row.left_at is None:
        values |= {"left_at": tx.now, "activity": "offline", "activity_since": tx.now}
    elif not left:
        values["left_at"] = None
    changed = {key: value for key, value in values.items() if getattr(row, key) != value}
    if row.state != "idle" and {"platform_code", "left_at"} & set(changed):
        raise Conflict("agent-busy", "This agent is in a call: they move or leave after it.")
    if changed:
        tx.update(agent, agent.c.id == row.id, fence=agent.c.fence + 1, **changed)
        tx.changed("agents", region=row.region_code)
    if {"activity", "region_code"} & set(changed):
        note_activity(tx, row.id, values["region_code"], values.get("activity", row.activity))
    reskilled = not left and _put_skills(tx, row.id, skills)
    return "changed" if changed or reskilled else None


def _put_skills(tx: Tx, agent_id: str, skills: Mapping[str, int]) -> bool:
    mine = (agent_skill.c.agent_id == agent_id) & FIRST_LEVEL
    before = {row.skill: row.level for row in tx.all(sa.select(agent_skill).where(mine))}
    if before == dict(skills):
        return False
    tx.execute(agent_skill.delete().where(mine))
    for skill, level in skills.items():
        tx.insert(agent_skill, agent_id=agent_id, skill=skill, level=level)
    return True


def _team(tx: Tx, platform_code: str, name: str) -> str | None:
    if not name:
        return None
    mine = (team.c.platform_code == platform_code) & (team.c.name == name)
    found: str | None = tx.scalar(sa.select(team.c.id).where(mine))
    if found is not None:
        return found
    tx.insert_once(team, id=tx.new_id("tem"), platform_code=platform_code, name=name)
    return str(tx.scalar(sa.select(team.c.id).where(mine)))

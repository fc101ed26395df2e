"""The second level: back-office teams that opted in for a theme, and their members who are trained in it.

A theme at its second level is a skill of its own (``social--2``), so that queues, waits and aid treat it as
any other. Nobody gives it to an agent by hand: members of a team that opted in who have the theme at level 2
or 3 have it, others do not.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from callsvc.agents.tables import agent, agent_skill, back_office, team
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.runtime import Runtime

SUFFIX: Final = "--2"
TRAINED: Final = 2
"""The least level of a theme of somebody who may take it at its second level."""

FIRST_LEVEL: Final = ~agent_skill.c.skill.endswith(SUFFIX)
"""Skills that a list of agents gives; the others follow from what teams opted in for."""


def skill_at(skill: str, level: int) -> str:
    """The skill a queue asks for.

    >>> skill_at("social", 1), skill_at("social", 2)
    ('social', 'social--2')
    """
    return f"{skill}{SUFFIX}" if level == 2 else skill


def opt_in(tx: Tx, platform_code: str, team_name: str, themes: Sequence[str], *, by: str) -> bool:
    """Make these, and no others, the themes for which a team takes the second level; True if that is new.

    Raises ``team-unknown``. What a call has begun goes on to its end.
    """
    mine = (team.c.platform_code == platform_code) & (team.c.name == team_name)
    team_id = tx.scalar(sa.select(team.c.id).where(mine))
    if team_id is None:
        raise NotFound(
            "team-unknown", f"Platform {platform_code} has no team {team_name!r}: import its agents."
        )
    before = {
        row.skill for row in tx.all(sa.select(back_office.c.skill).where(back_office.c.team_id == team_id))
    }
    if before == set(themes):
        return False
    gone = before - set(themes)
    tx.delete(back_office, (back_office.c.team_id == team_id) & back_office.c.skill.in_(gone))
    for skill in sorted(set(themes) - before):
        tx.insert(back_office, team_id=team_id, skill=skill, opted_in_at=tx.now, opted_in_by=by[:80])
    train(tx)
    return True


def train(tx: Tx) -> int:
    """Give the skills of the second level to whom they belong and take them from others; how many changed."""
    theirs = (
        sa.select(agent.c.id, (agent_skill.c.skill + SUFFIX).label("skill"), agent_skill.c.level)
        .join(agent, agent.c.id == agent_skill.c.agent_id)
        .join(
            back_office,
            (back_office.c.team_id == agent.c.team_id) & (back_office.c.skill == agent_skill.c.skill),
        )
        .where(agent_skill.c.level >= TRAINED, agent.c.left_at.is_(None))
    )
    wanted = {(row.id, row.skill): row.level for row in tx.all(theirs)}
    held = {(row.agent_id, row.skill) for row in tx.all(sa.select(agent_skill).where(~FIRST_LEVEL))}
    for agent_id, skill in sorted(held - wanted.keys()):
        tx.delete(agent_skill, (agent_skill.c.agent_id == agent_id) & (agent_skill.c.skill == skill))
    for agent_id, skill in sorted(wanted.keys() - held):
        tx.insert_once(agent_skill, agent_id=agent_id, skill=skill, level=wanted[(agent_id, skill)])
    return len(held ^ wanted.keys())


def train_back_offices(rt: Runtime) -> int:
    """The same now and then: lists of agents, teams and levels change."""
    with rt.db.read() as tx:
        if tx.first(sa.select(back_office.c.skill).limit(1)) is None and not tx.first(
            sa.select(agent_skill.c.skill).where(~FIRST_LEVEL).limit(1)
        ):
            return 0
    with rt.db.begin() as tx:
        return train(tx)


def themes_of(tx: Tx) -> Sequence[str]:
    """Themes some team takes at their second level, by name."""
    return [
        row.skill for row in tx.all(sa.select(back_office.c.skill).distinct().order_by(back_office.c.skill))
    ]

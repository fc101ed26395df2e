"""Reading agents: one, the free ones, and how many are on duty."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.tables import agent, agent_skill
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.core.written import Written
from callsvc.platforms.tables import platform

FREE = (agent.c.activity == "available") & (agent.c.state == "idle")
ON_DUTY = agent.c.activity == "available"


def agent_by_id(tx: Tx, agent_id: str) -> Row[Any]:
    """The agent's row; ``agent-unknown`` if there is none."""
    row = tx.first(sa.select(agent).where(agent.c.id == agent_id))
    if row is None:
        raise NotFound("agent-unknown", "No agent has this id.")
    return row


def agent_of_account(tx: Tx, account_id: str) -> str | None:
    """The id of the agent this account signs in as, if it is an agent's."""
    found: str | None = tx.scalar(sa.select(agent.c.id).where(agent.c.account_id == account_id))
    return found


def client_name_of(tx: Tx, agent_id: str) -> str:
    """The softphone's name: the carrier dials ``client:<name>``."""
    return str(agent_by_id(tx, agent_id).client_name)


def version_of(tx: Tx, agent_id: str) -> int:
    """A number that grows whenever anything the desk shows changes."""
    version = tx.scalar(sa.select(agent.c.fence).where(agent.c.id == agent_id))
    if version is None:
        raise NotFound("agent-unknown", "No agent has this id.")
    return int(version)


def _speaking(language: str) -> sa.ColumnElement[bool]:
    return _SPOKEN.contains(f" {language} ", autoescape=True)


_SPOKEN = sa.literal(" ") + agent.c.languages + sa.literal(" ")


def speaks(language: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Does the agent speak the language that stands in this column?"""
    return _SPOKEN.contains(sa.literal(" ") + language + sa.literal(" "))


def free_agents(
    tx: Tx,
    regions: Collection[str],
    *,
    skill: str,
    language: str,
    first: Sequence[sa.ColumnElement[Any]],
    limit: int,
    without: Collection[str] = (),
    elsewhere_than: Collection[str] = (),
) -> Sequence[Row[Any]]:
    """Up to ``limit`` free agents of each region with the skill and the language, in the order ``first``.

    ``without``: agents left out; ``elsewhere_than``: platforms left out.
    """
    place = sa.func.row_number().over(partition_by=agent.c.region_code, order_by=[*first, agent.c.id])
    matching = (
        sa.select(
            agent.c.id,
            agent.c.region_code,
            agent.c.platform_code,
            platform.c.pool_code,
            agent.c.state_since,
            agent.c.last_aid_at,
            place.label("place"),
        )
        .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == skill))
        .join(platform, platform.c.code == agent.c.platform_code)
        .where(agent.c.region_code.in_(regions), FREE, _speaking(language))
    )
    if without:
        matching = matching.where(agent.c.id.not_in(without))
    if elsewhere_than:
        matching = matching.where(agent.c.platform_code.not_in(elsewhere_than))
    ranked = matching.subquery()
    return tx.all(sa.select(ranked).where(ranked.c.place <= limit))


def headcounts(tx: Tx, regions: Collection[str]) -> Sequence[Row[Any]]:
    """Agents on duty (``on_duty``) and free (``idle``) by region."""
    return tx.all(_HEADCOUNTS, regions=sorted(regions))


_HEADCOUNTS = (
    sa.select(
        agent.c.region_code,
        sa.func.count().label("on_duty"),
        sa.func.sum(sa.case((agent.c.state == "idle", 1), else_=0)).label("idle"),
    )
    .where(agent.c.region_code.in_(sa.bindparam("regions", expanding=True)), ON_DUTY)
    .group_by(agent.c.region_code)
)


def skill_counts(tx: Tx, region_code: str) -> Sequence[Row[Any]]:
    """Agents on duty in a region (``on_duty``) by skill and set of languages (the stored text)."""
    return _SKILL_COUNTS.all(tx, region=region_code)


_SKILL_COUNTS = Written(
    sa.select(agent_skill.c.skill, agent.c.languages, sa.func.count().label("on_duty"))
    .join(agent, agent_skill.c.agent_id == agent.c.id)
    .where(agent.c.region_code == sa.bindparam("region"), ON_DUTY)
    .group_by(agent_skill.c.skill, agent.c.languages)
)


def abilities(tx: Tx, regions: Collection[str], skills: Collection[str]) -> Sequence[Row[Any]]:
    """What free agents of these regions can do of these skills: a row each platform and skill.

    ``languages``: those of all of them in one text, the same ones many times.
    """
    return tx.all(_ABILITIES, regions=sorted(regions), skills=sorted(skills))


_ABILITIES = (
    sa.select(
        agent.c.region_code,
        agent.c.platform_code,
        agent_skill.c.skill,
        sa.func.aggregate_strings(agent.c.languages, " ").label("languages"),
    )
    .join(agent_skill, agent_skill.c.agent_id == agent.c.id)
    .where(
        agent.c.region_code.in_(sa.bindparam("regions", expanding=True)),
        agent_skill.c.skill.in_(sa.bindparam("skills", expanding=True)),
        FREE,
    )
    .group_by(agent.c.region_code, agent.c.platform_code, agent_skill.c.skill)
)


def on_duty_for(tx: Tx, region_code: str, skill: str, language: str) -> int:
    """Agents on duty in a region who have the skill and the language."""
    return int(
        tx.scalar(
            sa.select(sa.func.count())
            .select_from(agent)
            .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == skill))
            .where(agent.c.region_code == region_code, ON_DUTY, _speaking(language))
        )
        or 0
    )


def anybody_free(tx: Tx, region_code: str) -> bool:
    return (
        tx.first(sa.select(agent.c.id).where(agent.c.region_code == region_code, FREE).limit(1)) is not None
    )


def is_skill(tx: Tx, skill: str) -> bool:
    """Whether anybody who works here has this skill, on duty or not."""
    has = sa.select(agent.c.id).join(agent_skill, agent_skill.c.agent_id == agent.c.id)
    return tx.first(has.where(agent_skill.c.skill == skill, agent.c.left_at.is_(None)).limit(1)) is not None


def platforms_on_duty(tx: Tx, regions: Collection[str], skill: str, language: str) -> Sequence[str]:
    """Codes of platforms of these regions where somebody with the skill and the language is on duty."""
    return [
        row.platform_code
        for row in tx.all(
            sa.select(agent.c.platform_code)
            .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == skill))
            .where(agent.c.region_code.in_(regions), ON_DUTY, _speaking(language))
            .distinct()
        )
    ]

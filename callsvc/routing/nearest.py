"""The next call of a queue and the agents who could take it, in one query: most decisions are that."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE, speaks
from callsvc.agents.tables import agent, agent_skill
from callsvc.core.db import Tx
from callsvc.core.packed import packed, unpacked
from callsvc.core.written import Written
from callsvc.platforms.tables import platform
from callsvc.routing.aid.aid_queries import LIVE_AID
from callsvc.routing.deciding import BEST_FEW
from callsvc.routing.heads import YOUNG, edges, next_of_age
from callsvc.routing.rules.freeing import Age
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_region
from callsvc.routing.views import FreeAgent, Group

Groups = Collection[Group] | None
"""Skills and languages; None: whatever they are."""


def pick_at_home(
    tx: Tx, region_code: str, age: Age, groups: Groups, terms: Terms
) -> tuple[Row[Any], list[FreeAgent]] | None:
    """As ``heads.pick``, and with the call the few agents nearest to it who could take it now, if any."""
    rows = _ask(tx, _at_home, age, groups, terms, region=region_code)
    return (rows[0], _free_in(rows, region_code)) if rows else None


class InAid(NamedTuple):
    """The row is there without a call, too (``id`` null): how many agents are ``helper_idle``, whether the
    region is ``helper_out`` of aid, and ``pairs``, who holds whose calls now (``country.held_in``).
    """

    row: Row[Any]
    free: list[FreeAgent]
    young: bool
    """Could one of them take a young call of that queue, too?"""


def pick_in_aid(
    tx: Tx, pair: tuple[str, str], age: Age, groups: Groups, terms: Terms, *, apart: Collection[str]
) -> InAid:
    """The same for the agents of another region: whoever aided longest ago first. ``pair``: (home, helper).

    Not those of the platforms ``apart``.
    """
    home, helper = pair
    rows = _ask(tx, _in_aid, age, groups, terms, region=home, helper=helper)
    able = [row for row in rows if row.free_platform not in apart]
    young = {(skill, language) for skill, language in unpacked(rows[0].young_groups)}
    return InAid(
        rows[0],
        _free_in(able, helper),
        any(
            skill in row.free_skills.split() and language in row.free_languages.split()
            for skill, language in young
            for row in able
            if row.free_id is not None
        ),
    )


def _ask(tx: Tx, query: Any, age: Age, groups: Groups, terms: Terms, **values: Any) -> Sequence[Row[Any]]:
    late, second = edges(terms, tx.now)
    if groups is None:
        return _written(query, age).all(tx, late=late, second=second, **values)
    return tx.all(query(age, any_group=False), late=late, second=second, groups=sorted(groups), **values)


@cache
def _written(query: Any, age: Age) -> Written:
    return Written(query(age, any_group=True))


def _free_in(rows: Sequence[Row[Any]], region_code: str) -> list[FreeAgent]:
    return [
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


_FREE = (
    agent.c.id.label("free_id"),
    agent.c.platform_code.label("free_platform"),
    platform.c.pool_code.label("free_pool"),
    agent.c.state_since.label("free_since"),
    agent.c.last_aid_at.label("free_last_aid_at"),
)
_SKILLED = sa.join(agent, agent_skill, agent_skill.c.agent_id == agent.c.id)
_KNOWN = _SKILLED.join(platform, platform.c.code == agent.c.platform_code)


@cache
def _at_home(age: Age, *, any_group: bool) -> sa.Select[Any]:
    """The call is held, the agents are not: whoever is offered it is reserved by compare-and-set."""
    call = next_of_age(age, any_group=any_group).subquery("next").c
    near = sa.case(
        (agent.c.platform_code == call.platform_code, 0),
        ((platform.c.pool_code == call.pool_code) & (platform.c.pool_code != ""), 1),
        else_=2,
    )
    able = _able(call) & (agent.c.region_code == call.region_code)
    return (
        sa.select(*call, *_FREE)
        .select_from(sa.outerjoin(call.id.table, _KNOWN, able))
        .order_by(near, agent.c.state_since, agent.c.id)
        .limit(BEST_FEW)
    )


def _able(call: Any) -> sa.ColumnElement[bool]:
    return sa.and_(agent_skill.c.skill == call.skill, speaks(call.language), FREE)


@cache
def _in_aid(age: Age, *, any_group: bool) -> sa.Select[Any]:
    call = next_of_age(age, any_group=any_group).subquery("next").c
    able = _able(call) & (agent.c.region_code == _HELPER)
    return (
        sa.select(*_HELPS.c, *call, *_FREE, agent.c.languages.label("free_languages"), _SKILLS)
        .select_from(_HELPS.outerjoin(call.id.table.outerjoin(_KNOWN, able), sa.true()))
        .order_by(*LONGEST_AGO)
        .limit(BEST_FEW)
    )


LONGEST_AGO = (
    sa.case((agent.c.last_aid_at.is_(None), 0), else_=1),
    agent.c.last_aid_at,
    agent.c.state_since,
    agent.c.id,
)
_HAS = agent_skill.alias("has")
_HELPER: Any = sa.bindparam("helper")
_PAIRS = LIVE_AID.subquery("held")
HELPER_NOW = sa.select(
    sa.select(sa.func.count())
    .where(FREE, agent.c.region_code == _HELPER)
    .scalar_subquery()
    .label("helper_idle"),
    sa.select(aid_region.c.opted_out)
    .where(aid_region.c.region_code == _HELPER)
    .scalar_subquery()
    .label("helper_out"),
    sa.select(packed(*_PAIRS.c)).scalar_subquery().label("pairs"),
)
_SKILLS = (
    sa.select(sa.func.aggregate_strings(_HAS.c.skill, " "))
    .where(_HAS.c.agent_id == agent.c.id)
    .scalar_subquery()
    .label("free_skills")
)
_YOUNG = YOUNG.subquery("young")
_HELPS = HELPER_NOW.add_columns(
    sa.select(packed(*_YOUNG.c)).scalar_subquery().label("young_groups")
).subquery("helps")

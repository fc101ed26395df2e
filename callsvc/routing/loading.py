"""Loads what one decision looks at, in a few indexed queries whatever the number of agents.

Nobody free at home is the rare case and the dear one: only then are agreements and helpers read.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import free_agents, headcounts, skill_counts
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.platforms.delegating import on_own_phone
from callsvc.platforms.tables import platform, region
from callsvc.routing.keeping import load_keeping, reserve_of
from callsvc.routing.queries import agreements_of, last_refuser, live_aid, waiting_by_group
from callsvc.routing.tables import aid_activation, aid_region
from callsvc.routing.views import Agreement, Aid, Entry, FreeAgent, Group, RegionView, Snapshot

BEST_FEW = 6
"""Free agents looked at in a region: the first is chosen, the others serve when somebody was quicker."""


def load_snapshot(
    tx: Tx, row: Row[Any], *, without: Collection[str] = (), deciding: frozenset[str] = frozenset()
) -> tuple[Entry, Snapshot]:
    """What deciding about this queue entry needs.

    ``without``: agents another transaction took meanwhile. ``deciding``: aiding regions another transaction
    is deciding about.
    """
    home = tx.first(
        sa.select(platform.c.name, platform.c.pool_code, region.c.name.label("region_name"))
        .join(region, region.c.code == platform.c.region_code)
        .where(platform.c.code == row.platform_code)
    )
    assert home is not None  # noqa: S101 - a foreign key says so
    entry = Entry(
        id=row.id,
        region=row.region_code,
        platform=row.platform_code,
        pool=home.pool_code,
        skill=row.skill,
        language=row.language,
        entered_at=row.entered_at,
        refused_by=last_refuser(tx, row.id) if row.offers else frozenset(),
    )
    free = _free_at_home(tx, entry, without)
    aid = (
        None
        if any(one.id not in entry.refused_by for one in free)
        else _load_aid(tx, entry, without, deciding)
    )
    return entry, Snapshot(region_name=home.region_name, platform_name=home.name, free=free, aid=aid)


def _free_at_home(tx: Tx, entry: Entry, without: Collection[str]) -> tuple[FreeAgent, ...]:
    near = sa.case(
        (agent.c.platform_code == entry.platform, 0),
        ((platform.c.pool_code == entry.pool) & (platform.c.pool_code != ""), 1),
        else_=2,
    )
    rows = free_agents(
        tx,
        [entry.region],
        skill=entry.skill,
        language=entry.language,
        first=[near, agent.c.state_since],
        limit=BEST_FEW,
        without=without,
    )
    return tuple(_free_agent(row) for row in rows)


def _free_agent(row: Row[Any]) -> FreeAgent:
    return FreeAgent(
        id=row.id,
        region=row.region_code,
        platform=row.platform_code,
        pool=row.pool_code,
        idle_since=row.state_since,
        last_aid_at=row.last_aid_at,
    )


def _load_aid(tx: Tx, entry: Entry, without: Collection[str], deciding: frozenset[str]) -> Aid:
    rows = agreements_of(tx, entry.region)
    helpers = [row.aiding_region for row in rows]
    held = live_aid(tx) if rows else []
    views = _views(tx, [entry.region, *helpers], held)
    in_progress: Counter[tuple[str, str]] = Counter()
    for one in held:
        in_progress[(one.region_code, one.agent_region)] += one.calls
    agreements = tuple(
        Agreement(
            aided=row.aided_region,
            aiding=row.aiding_region,
            rank=row.rank,
            activate_wait_s=row.activate_wait_s,
            release_wait_s=row.release_wait_s,
            cap=row.cap,
            in_progress=in_progress[(row.aided_region, row.aiding_region)],
        )
        for row in rows
    )
    free = _free_abroad(tx, entry, helpers, without) if helpers else {}
    return Aid(home=views[entry.region], agreements=agreements, helpers=views, free=free, deciding=deciding)


def _free_abroad(
    tx: Tx, entry: Entry, helpers: Collection[str], without: Collection[str]
) -> Mapping[str, tuple[FreeAgent, ...]]:
    never_first = sa.case((agent.c.last_aid_at.is_(None), 0), else_=1)
    rows = free_agents(
        tx,
        helpers,
        skill=entry.skill,
        language=entry.language,
        first=[never_first, agent.c.last_aid_at, agent.c.state_since],
        limit=BEST_FEW,
        without=without,
        elsewhere_than=on_own_phone(tx),
    )
    found: defaultdict[str, list[FreeAgent]] = defaultdict(list)
    for row in rows:
        found[row.region_code].append(_free_agent(row))
    return {code: tuple(agents) for code, agents in found.items()}


def load_region(tx: Tx, code: str) -> RegionView:
    """One region as the rules see it."""
    return _views(tx, [code], live_aid(tx))[code]


def _views(tx: Tx, codes: Collection[str], held: Iterable[Row[Any]]) -> dict[str, RegionView]:
    waiting: defaultdict[str, dict[Group, int]] = defaultdict(dict)
    for one in waiting_by_group(tx, codes):
        waiting[one.region_code][(one.skill, one.language)] = one.entries
    heads = {one.region_code: one for one in headcounts(tx, codes)}
    on_duty_for, idle_for = _by_group(tx, codes)
    aid_in: defaultdict[str, Counter[Group]] = defaultdict(Counter)
    aid_out: Counter[str] = Counter()
    for one in held:
        aid_in[one.region_code][(one.skill, one.language)] += one.calls
        aid_out[one.agent_region] += one.calls
    declared = _declared(tx, codes)
    kept = load_keeping(tx, declared)
    views = {}
    for row in declared:
        head = heads.get(row.code)
        on_duty = head.on_duty if head else 0
        views[row.code] = RegionView(
            code=row.code,
            name=row.name,
            waiting=waiting[row.code],
            on_duty=on_duty,
            idle=head.idle if head else 0,
            on_duty_for=on_duty_for[row.code],
            idle_for=idle_for[row.code],
            aid_in=aid_in[row.code],
            aid_out=aid_out[row.code],
            reserve=reserve_of(on_duty, kept[row.code]),
            declared=kept[row.code].declared is not None,
            ledger=kept[row.code].ledger,
            floor=kept[row.code].floor,
            opted_out=bool(row.opted_out),
            active=bool(row.active),
        )
    return views


def _by_group(
    tx: Tx, codes: Collection[str]
) -> tuple[defaultdict[str, Counter[Group]], defaultdict[str, Counter[Group]]]:
    """Agents on duty, and idle, by region and group; one who speaks two languages is in two groups."""
    on_duty: defaultdict[str, Counter[Group]] = defaultdict(Counter)
    idle: defaultdict[str, Counter[Group]] = defaultdict(Counter)
    for row in skill_counts(tx, codes):
        for language in row.languages.split():
            on_duty[row.region_code][(row.skill, language)] += row.on_duty
            idle[row.region_code][(row.skill, language)] += row.idle
    return on_duty, idle


def _declared(tx: Tx, codes: Collection[str]) -> Sequence[Row[Any]]:
    return tx.all(
        sa.select(
            region.c.code,
            region.c.name,
            aid_region.c.reserve,
            aid_region.c.floor,
            aid_region.c.opted_out,
            aid_activation.c.active,
        )
        .outerjoin(aid_region, aid_region.c.region_code == region.c.code)
        .outerjoin(aid_activation, aid_activation.c.region_code == region.c.code)
        .where(region.c.code.in_(codes))
    )

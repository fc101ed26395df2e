"""Aid: which region takes a call that nobody at home can take, and which aid a freed agent gives.

Before a region helps, its row and the pair are taken (``hold_pair``) and what may have changed is read again
under them: its idle agents, who holds whose calls, whether it opted out.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.routing.aid.aid_queries import LIVE_AID, hold_pair
from callsvc.routing.deciding import (
    count_late,
    free_in,
    offer_in_aid,
    refusers,
    remember_activation,
    store_wait,
)
from callsvc.routing.heads import Head, heads_of, pick, show, with_names
from callsvc.routing.loading import Scene, ask_idle, lend, load_scene, show_able, show_scarce
from callsvc.routing.rules.activating import activate
from callsvc.routing.rules.explaining import explain_arrival, explain_wait, explain_work
from callsvc.routing.rules.freeing import Work, choose_work, next_age, serves_young_first
from callsvc.routing.rules.lending import choose_helper, is_ordered
from callsvc.routing.rules.regions import Region
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_region, queue_entry
from callsvc.routing.views import Group

MOST_RACES = 25
"""Helpers somebody else may snatch before we leave the entry to the next event."""


def ask_for_help(
    tx: Tx, code: str, terms: Terms, *, heads: Sequence[Head] | None = None, newcomer: str = ""
) -> bool:
    """A call waits at home and nobody there can take it: another region may. True when one was offered there.

    The call is the next by the order of service whose skill and language somebody has; it need not be the
    newcomer. If none, who is next, and in any case the newcomer, get a sentence that says why they wait.
    ``heads``: what waits, when the caller has just seen it.
    """
    heads = heads_of(tx, terms) if heads is None else heads
    groups = {head.group for head in heads if head.region == code}
    if not groups:
        return False
    scene = load_scene(tx, terms, heads)
    home = scene.regions[code]
    busy: set[str] = set()
    offered = _next_helped(tx, scene, home, groups, busy) if open_aid(tx, scene, home) else ""
    if not offered:
        show(home, heads)
        age = next_age(home, serves_young_first(scene.country, terms), terms)
        entry = pick(tx, code, age, groups, terms)
        if entry is not None:
            store_wait(tx, entry, explain_wait(home, terms, busy))
            newcomer = "" if entry.id == newcomer else newcomer
    if newcomer and newcomer != offered:
        row = tx.first(with_names().where(queue_entry.c.id == newcomer, queue_entry.c.state == "pending"))
        if row is not None and not row.decided:
            store_wait(tx, row, explain_wait(home, terms, busy))
    return bool(offered)


def _next_helped(tx: Tx, scene: Scene, home: Region, groups: set[Group], busy: set[str]) -> str:
    """The next call that another region takes, '' when none can; nobody is asked for what they cannot do."""
    left = groups & ask_idle(tx, scene, home)
    show_able(scene, home, groups)
    while left and choose_helper(home) is not None:
        show(home, [head for head in scene.heads if head.group in left])
        age = next_age(home, serves_young_first(scene.country, scene.terms), scene.terms)
        entry = pick(tx, home.code, age, left, scene.terms)
        if entry is None:
            return ""
        if find_helper(tx, scene, home, entry, busy):
            if age != "young":
                count_late(tx, home.code)
            return str(entry.id)
        left.discard((entry.skill, entry.language))
        show_able(scene, home, left)
    return ""


def open_aid(tx: Tx, scene: Scene, home: Region) -> bool:
    """Is this region being aided from now on, or has anybody been lent to it?"""
    if not home.near:
        return False
    show_scarce(tx, scene, home)
    was_active = home.active
    activate(home, scene.terms, scene.now)
    if home.active != was_active:
        remember_activation(tx, home.code, home.active)
    return home.active or any(is_ordered(home, helper) for helper in home.near)


def find_helper(tx: Tx, scene: Scene, home: Region, entry: Row[Any], busy: set[str]) -> bool:
    """Offer this call, held by the caller, to the region the rules choose; ``busy`` gets whom others hold."""
    barred = refusers(tx, entry)
    if not scene.can:
        ask_idle(tx, scene, home)
    show_able(scene, home, [(entry.skill, entry.language)])
    for _ in range(MOST_RACES):
        helper = choose_helper(home)
        if helper is None:
            return False
        if not hold_pair(tx, helper.code, home.code):
            busy.add(helper.code)
            helper.able = False
            continue
        look_again(tx, scene, helper)
        if choose_helper(home) is not helper:
            continue
        free = [one for one in free_in(tx, helper.code, entry, scene.on_own_phone) if one.id not in barred]
        if offer_in_aid(tx, entry, free, explain_arrival(home, helper)):
            return True
        helper.able = False
    return False


def give_aid(
    tx: Tx, scene: Scene, helper: Region, work: Work, groups: Collection[Group]
) -> tuple[str, Collection[Group]]:
    """An idle agent of ``helper`` takes a call of another region: letters b, c and e.

    (the call, skills and languages of that region that nobody here can take now). Neither: the rules say
    otherwise once the helper is held; ask them again.
    """
    home = work.region
    asked = {head.group for head in scene.heads if head.region == home.code} & set(groups)
    if not hold_pair(tx, helper.code, home.code):
        return "", asked
    look_again(tx, scene, helper)
    now = choose_work(helper, scene.country, scene.terms, scene.now)
    if now is None or now.region is not home or now.letter != work.letter:
        return "", () if now is not None else asked
    entry = pick(tx, home.code, now.age, groups, scene.terms)
    if entry is None:
        return "", asked
    barred = refusers(tx, entry)
    free = [one for one in free_in(tx, helper.code, entry, scene.on_own_phone) if one.id not in barred]
    if not offer_in_aid(tx, entry, free, explain_work(helper, now, scene.country, scene.now)):
        return "", [(entry.skill, entry.language)]
    if now.age != "young":
        count_late(tx, home.code)
    return str(entry.id), ()


def look_again(tx: Tx, scene: Scene, helper: Region) -> None:
    """Read again what others may have changed before the helper was held."""
    rows = tx.all(_AGAIN, helper=helper.code)
    helper.idle, helper.opted_out = rows[0].idle, bool(rows[0].opted_out)
    for region in scene.regions.values():
        region.aid_in, region.aid_out, region.holds = 0, 0, {}
    for pair in rows:
        if pair.calls:
            lend(scene.regions, pair.region_code, pair.agent_region, pair.calls)


_HELPER: Any = sa.bindparam("helper")
_HELPS = sa.select(
    sa.select(sa.func.count()).where(FREE, agent.c.region_code == _HELPER).scalar_subquery().label("idle"),
    sa.select(aid_region.c.opted_out)
    .where(aid_region.c.region_code == _HELPER)
    .scalar_subquery()
    .label("opted_out"),
).subquery("helps")
_PAIRS = LIVE_AID.subquery("pairs")
_AGAIN = sa.select(_HELPS, _PAIRS).select_from(_HELPS.outerjoin(_PAIRS, sa.true()))


def close_aid(tx: Tx, scene: Scene, home: Region) -> None:
    """Does a region that is being aided need it no more?"""
    show_scarce(tx, scene, home)
    activate(home, scene.terms, scene.now)
    if not home.active:
        remember_activation(tx, home.code, active=False)


def plain_heads(heads: Collection[Head], code: str) -> Region:
    """A region of which only the calls are known."""
    region = Region(code, 0, handle_s=0.0)
    show(region, heads)
    return region

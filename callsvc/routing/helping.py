"""Aid: which region takes a call that nobody at home can take, and which aid a freed agent gives.

Before a region helps, its row and the pair are taken (``hold_pair``) and what may have changed is read again
under them: its idle agents, who holds whose calls, whether it opted out.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.written import Written
from callsvc.routing.aid.aid_queries import hold_pair
from callsvc.routing.country import held_in
from callsvc.routing.deciding import (
    count_late,
    free_in,
    offer_in_aid,
    refusers,
    remember_activation,
    store_wait,
)
from callsvc.routing.heads import Head, heads_here, heads_of, pick, show, with_names
from callsvc.routing.loading import (
    Scene,
    ask_idle,
    lend,
    load_scene,
    outside,
    see,
    show_able,
    show_scarce,
)
from callsvc.routing.nearest import HELPER_NOW, Groups, InAid, pick_in_aid
from callsvc.routing.rules.activating import activate
from callsvc.routing.rules.explaining import explain_arrival, explain_wait, explain_work
from callsvc.routing.rules.freeing import Work, choose_work, next_age, serves_young_first
from callsvc.routing.rules.lending import choose_helper, is_ordered
from callsvc.routing.rules.regions import Region
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import queue_entry
from callsvc.routing.views import FreeAgent, Group

MOST_RACES = 25
"""Helpers somebody else may snatch before we leave the entry to the next event."""


def ask_for_help(tx: Tx, code: str, terms: Terms, here: Sequence[Head], *, newcomer: str = "") -> bool:
    """A call waits at home and nobody there can take it: another region may. True when one was offered there.

    The call is the next by the order of service whose skill and language somebody has; it need not be the
    newcomer. If none, who is next, and in any case the newcomer, get a sentence that says why they wait.
    ``here``: what waits at home.
    """
    if not here:
        return False
    scene = load_scene(tx, terms)
    home = scene.regions[code]
    busy: set[str] = set()
    offered = ""
    if open_aid(tx, scene, home, here):
        offered = _helped_at_once(tx, scene, home, busy) or _next_helped(tx, scene, home, busy)
    if not offered:
        show(home, here)
        entry = pick(tx, code, next_age(home, serves_young_first(scene.country, terms), terms), None, terms)
        if entry is not None:
            store_wait(tx, entry, explain_wait(home, terms, busy))
            newcomer = "" if entry.id == newcomer else newcomer
    if newcomer and newcomer != offered:
        row = _NEWCOMER.first(tx, entry=newcomer)
        if row is not None and not row.decided:
            store_wait(tx, row, explain_wait(home, terms, busy))
    return bool(offered)


_NEWCOMER = Written(
    with_names().where(queue_entry.c.id == sa.bindparam("entry"), queue_entry.c.state == "pending")
)


def _helped_at_once(tx: Tx, scene: Scene, home: Region, busy: set[str]) -> str:
    """As ``_next_helped``, as if whoever is idle elsewhere could take any call.

    When somebody there can take the call that is next, this is what asking everybody would have come to: whom
    it leaves out could only have made the choice smaller. Else '', and everybody is asked.
    """
    if any(one.waiting and one.idle for one in home.near):
        return ""  # whether those calls are in their way hangs on what their idle agents can do
    helper = choose_helper(home)
    if helper is None or not _hold(tx, helper, home, busy):
        return ""
    age = next_age(home, serves_young_first(scene.country, scene.terms), scene.terms)
    found = _look_and_pick(tx, scene, helper, Work("", home, age), None)
    if not found.free or choose_helper(home) is not helper:
        return ""
    entry = found.row
    if not offer_in_aid(tx, entry, _fresh(tx, found), explain_arrival(home, helper)):
        return ""
    if age != "young":
        count_late(tx, home.code)
    return str(entry.id)


def _next_helped(tx: Tx, scene: Scene, home: Region, busy: set[str]) -> str:
    """The next call that another region takes, '' when none can; nobody is asked for what they cannot do."""
    see(scene, heads_of(tx, scene.terms))
    mine = [head for head in scene.heads if head.region == home.code]
    left = {head.group for head in mine}
    _ask_helpers(tx, scene, home)
    left &= {group for one in home.near for group in outside(scene.can, one.code, scene.on_own_phone)}
    show_able(scene, home, {head.group for head in mine})
    while left and choose_helper(home) is not None:
        show(home, [head for head in mine if head.group in left])
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


def _ask_helpers(tx: Tx, scene: Scene, home: Region) -> None:
    """What the idle agents of those who may help this region can take; in one query, once a scene."""
    scene.can = ask_idle(tx, [one.code for one in home.near if one.idle], scene.heads)


def open_aid(tx: Tx, scene: Scene, home: Region, here: Sequence[Head]) -> bool:
    """Is this region being aided from now on, or has anybody been lent to it? ``here``: what waits there."""
    if not home.near:
        return False
    show_scarce(tx, home, here)
    was_active = home.active
    activate(home, scene.terms, scene.now)
    if home.active != was_active:
        remember_activation(tx, home.code, home.active)
    return home.active or any(is_ordered(home, helper) for helper in home.near)


def help_with(tx: Tx, entry: Row[Any], terms: Terms) -> bool:
    """Another region is asked for this very call, held by the caller."""
    scene = load_scene(tx, terms)
    see(scene, heads_of(tx, terms))
    home = scene.regions[entry.region_code]
    here = [head for head in scene.heads if head.region == home.code]
    return open_aid(tx, scene, home, here) and find_helper(tx, scene, home, entry, set())


def find_helper(tx: Tx, scene: Scene, home: Region, entry: Row[Any], busy: set[str]) -> bool:
    """Offer this call, held by the caller, to the region the rules choose; ``busy`` gets whom others hold."""
    barred = refusers(tx, entry)
    if not scene.can:
        _ask_helpers(tx, scene, home)
    show_able(scene, home, [(entry.skill, entry.language)])
    for _ in range(MOST_RACES):
        helper = choose_helper(home)
        if helper is None:
            return False
        if not _hold(tx, helper, home, busy):
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
    tx: Tx, scene: Scene, helper: Region, work: Work, groups: Groups
) -> tuple[str, Collection[Group]]:
    """An idle agent of ``helper`` takes a call of another region: letters b, c and e.

    (the call, skills and languages of that region that nobody here can take now). Neither: the rules say
    otherwise once the helper is held; ask them again. ``groups``: what they can take; None: perhaps anything.
    """
    home = work.region
    asked = {head.group for head in scene.heads if head.region == home.code} & set(groups or ())
    if not hold_pair(tx, helper.code, home.code):
        return "", asked
    found = _look_and_pick(tx, scene, helper, work, None if groups is None else asked)
    now = choose_work(helper, scene.country, scene.terms, scene.now)
    if now != work:
        return "", () if now is not None else asked
    entry = found.row
    if entry.id is None:
        return "", asked
    if groups is None and work.letter == "c" and work.age != "young" and not found.young:
        return "", ()  # the letter is for a region with a young call that somebody free can take
    if not offer_in_aid(tx, entry, _fresh(tx, found), explain_work(helper, work, scene.country, scene.now)):
        return "", [(entry.skill, entry.language)]
    if work.age != "young":
        count_late(tx, home.code)
    return str(entry.id), ()


def _hold(tx: Tx, helper: Region, home: Region, busy: set[str]) -> bool:
    held = hold_pair(tx, helper.code, home.code)
    if not held:
        busy.add(helper.code)
    return held


def _look_and_pick(tx: Tx, scene: Scene, helper: Region, work: Work, groups: Groups) -> InAid:
    """What ``look_again`` reads, and with it the call, held, and who of the helper could take it."""
    pair = (work.region.code, helper.code)
    found = pick_in_aid(tx, pair, work.age, groups, scene.terms, apart=scene.on_own_phone)
    _bring_up_to_date(scene, helper, found.row)
    return found


def _fresh(tx: Tx, found: InAid) -> list[FreeAgent]:
    """Those who have not let this call pass just now."""
    barred = refusers(tx, found.row)
    return [one for one in found.free if one.id not in barred]


def look_again(tx: Tx, scene: Scene, helper: Region) -> None:
    """Read again what others may have changed before the helper was held."""
    row = _AGAIN.first(tx, helper=helper.code)
    assert row is not None  # noqa: S101 - counts are one row
    _bring_up_to_date(scene, helper, row)


_AGAIN = Written(HELPER_NOW)


def _bring_up_to_date(scene: Scene, helper: Region, row: Row[Any]) -> None:
    helper.idle, helper.opted_out = row.helper_idle, bool(row.helper_out)
    lend(scene.regions, held_in(row.pairs))


def close_aid(tx: Tx, code: str, terms: Terms) -> None:
    """Does a region that is being aided need it no more?"""
    scene = load_scene(tx, terms)
    home = scene.regions[code]
    show_scarce(tx, home, heads_here(tx, terms, code))
    activate(home, scene.terms, scene.now)
    if not home.active:
        remember_activation(tx, home.code, active=False)


def plain_heads(heads: Collection[Head], code: str) -> Region:
    """A region of which only the calls are known."""
    region = Region(code, 0, handle_s=0.0)
    show(region, heads)
    return region

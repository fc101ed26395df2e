"""What free agents do next: pressing promises, calls by the letters of ``rules/freeing.py``, other work."""

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.deciding import count_late, offer_at_home, refusers
from callsvc.routing.heads import Head, heads_of
from callsvc.routing.helping import close_aid, find_helper, give_aid, open_aid, plain_heads
from callsvc.routing.loading import Scene, load_scene, show_only, takeable
from callsvc.routing.looking import Look
from callsvc.routing.nearest import pick_at_home
from callsvc.routing.other_work.working import offer_other_work
from callsvc.routing.rules.explaining import Explanation, explain_work
from callsvc.routing.rules.freeing import Age, choose_work, is_plain
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_activation
from callsvc.routing.views import Group

MOST_OFFERS = 10
"""Offers one transaction makes in one region: it stays short, and the next event or repair goes on."""

Passed = set[tuple[str, Group]]
"""By region, what nobody here can take now, or what others hold."""


class Served(NamedTuple):
    """What came of it: offers of whatever kind, the calls among them, and whether anybody was free at all."""

    offers: int
    calls: Collection[str]
    free: bool


def serve_freed(tx: Tx, code: str, look: Look) -> Served:
    """Whoever is idle in this region is offered what the rules say; ``look``: as things stand."""
    if not look.free:
        return Served(0, (), free=False)
    terms, waiting = look.terms, look.heads
    others = offer_other_work(tx, code, pressing=True) if look.other else 0
    calls: list[str] = []
    passed: Passed = set()
    while heads := [head for head in waiting if (head.region, head.group) not in passed]:
        taken = _step(tx, code, terms, heads, passed)
        if taken is None:
            break
        if taken:
            calls.append(taken)
            if sum(head.entries for head in heads) == 1 or len(calls) + others >= MOST_OFFERS:
                break
        waiting = heads_of(tx, terms)
    if look.other:
        others += offer_other_work(tx, code)
    if look.aided:
        _review_aid(tx, code, terms)
    return Served(len(calls) + others, calls, free=True)


def _step(tx: Tx, code: str, terms: Terms, heads: list[Head], passed: Passed) -> str | None:
    """The call that was offered, '' for none, or None when nobody who is free may take anything of this."""
    groups = {head.group for head in heads if head.region == code}
    able = None if len(groups) == 1 else takeable(tx, code, heads)
    own = groups if able is None else able[0]
    if own and is_plain(plain_heads([head for head in heads if head.group in own], code)):
        return _take_own(tx, code, own, Next("a", "young"), terms=terms, passed=passed)
    scene = load_scene(tx, terms, heads)
    own, lent = able or takeable(tx, code, heads)
    show_only(scene, code, own, lent)
    helper = scene.regions[code]
    work = choose_work(helper, scene.country, terms, scene.now)
    if work is None:
        return None
    why = explain_work(helper, work, scene.country, scene.now)
    if work.region is helper:
        return _take_own(tx, code, own, Next(work.letter, work.age, why), terms=terms, passed=passed)
    taken, useless = give_aid(tx, scene, helper, work, lent)
    passed |= {(work.region.code, group) for group in useless}
    return taken


class Next(NamedTuple):
    """Which own call the rules take next, by which letter and why."""

    letter: str
    age: Age
    why: Explanation | None = None


def _take_own(tx: Tx, code: str, groups: set[Group], call: Next, *, terms: Terms, passed: Passed) -> str:
    """The next own call goes to somebody at home; to whoever let it pass only if nobody else anywhere can."""
    picked = pick_at_home(tx, code, call.age, groups, terms)
    if picked is None:
        passed |= {(code, group) for group in groups}
        return ""
    entry, free = picked
    barred = refusers(tx, entry)
    fresh = [one for one in free if one.id not in barred]
    made = offer_at_home(tx, entry, fresh, call.letter, call.why)
    if not made and len(fresh) < len(free):
        made = _helped(tx, entry, terms) or offer_at_home(tx, entry, free, call.letter, call.why)
    if not made:
        passed.add((code, (entry.skill, entry.language)))
    elif call.age != "young":
        count_late(tx, code)
    return str(entry.id) if made else ""


def _helped(tx: Tx, entry: Row[Any], terms: Terms) -> bool:
    scene: Scene = load_scene(tx, terms)
    home = scene.regions[entry.region_code]
    return open_aid(tx, scene, home) and find_helper(tx, scene, home, entry, set())


def _review_aid(tx: Tx, code: str, terms: Terms) -> None:
    """Not before it has lasted as long as it must: until then the rules need not be asked."""
    since = tx.scalar(sa.select(aid_activation.c.since).where(aid_activation.c.region_code == code))
    if (tx.now - since).total_seconds() >= terms.dwell_s:
        scene = load_scene(tx, terms)
        close_aid(tx, scene, scene.regions[code])

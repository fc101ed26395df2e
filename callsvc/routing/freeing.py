"""What free agents do next: pressing promises, calls by the letters of ``rules/freeing.py``, other work."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.routing.deciding import count_late, free_at_home, offer_at_home, refusers
from callsvc.routing.heads import Head, heads_of, pick
from callsvc.routing.helping import close_aid, find_helper, give_aid, open_aid, plain_heads
from callsvc.routing.loading import Scene, load_scene, show_only, takeable
from callsvc.routing.other_work.working import OTHER, offer_other_work
from callsvc.routing.rules.explaining import Explanation, explain_work
from callsvc.routing.rules.freeing import Age, choose_work, is_plain
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_activation, queue_entry
from callsvc.routing.views import Group

MOST_OFFERS = 10
"""Offers one transaction makes in one region: it stays short, and the next event or repair goes on."""

Passed = set[tuple[str, Group]]
"""By region, what nobody here can take now, or what others hold."""


def serve_freed(tx: Tx, code: str, terms: Terms) -> tuple[int, bool]:
    """Whoever is idle in this region is offered what the rules say: (offers made, whether some stay free)."""
    state = _state(tx, code)
    if not state.free:
        return 0, False
    offered = offer_other_work(tx, code, pressing=True) if state.other else 0
    passed: Passed = set()
    while offered < MOST_OFFERS:
        heads = [head for head in heads_of(tx, terms) if (head.region, head.group) not in passed]
        if not heads:
            break
        step = _step(tx, code, terms, heads, passed)
        if step is None:
            break
        offered += step
        if step and sum(head.entries for head in heads) == 1:
            break
    if state.other:
        offered += offer_other_work(tx, code)
    if state.aided:
        _review_aid(tx, code, terms)
    return offered, True


def _state(tx: Tx, code: str) -> Row[Any]:
    """Is anybody free there, does anything but calls wait there, is the region being aided?"""
    row = tx.first(_STATE, region=code)
    assert row is not None  # noqa: S101 - a select without from is one row
    return row


_HERE: Any = sa.bindparam("region")
_STATE = sa.select(
    sa.exists().where(agent.c.region_code == _HERE, FREE).label("free"),
    sa.exists().where(queue_entry.c.region_code == _HERE, OTHER).label("other"),
    sa.exists().where(aid_activation.c.region_code == _HERE, aid_activation.c.active).label("aided"),
)


def _step(tx: Tx, code: str, terms: Terms, heads: list[Head], passed: Passed) -> int | None:
    """One offer or none (1, 0), or None when nobody who is free may take anything of this."""
    groups = {head.group for head in heads if head.region == code}
    own = groups if len(groups) == 1 else takeable(tx, code, heads)[0]
    if own and is_plain(plain_heads([head for head in heads if head.group in own], code)):
        return _take_own(tx, code, own, Next("a", "young"), terms=terms, passed=passed)
    scene = load_scene(tx, terms, heads)
    own, lent = show_only(tx, scene, code)
    helper = scene.regions[code]
    work = choose_work(helper, scene.country, terms, scene.now)
    if work is None:
        return None
    why = explain_work(helper, work, scene.country, scene.now)
    if work.region is helper:
        return _take_own(tx, code, own, Next(work.letter, work.age, why), terms=terms, passed=passed)
    made, useless = give_aid(tx, scene, helper, work, lent)
    passed |= {(work.region.code, group) for group in useless}
    return int(made)


class Next(NamedTuple):
    """Which own call the rules take next, by which letter and why."""

    letter: str
    age: Age
    why: Explanation | None = None


def _take_own(tx: Tx, code: str, groups: set[Group], call: Next, *, terms: Terms, passed: Passed) -> int:
    """The next own call goes to somebody at home; to whoever let it pass only if nobody else anywhere can."""
    entry = pick(tx, code, call.age, groups, terms)
    if entry is None:
        passed |= {(code, group) for group in groups}
        return 0
    free, barred = free_at_home(tx, entry), refusers(tx, entry)
    fresh = [one for one in free if one.id not in barred]
    made = offer_at_home(tx, entry, fresh, call.letter, call.why)
    if not made and len(fresh) < len(free):
        made = _helped(tx, entry, terms) or offer_at_home(tx, entry, free, call.letter, call.why)
    if not made:
        passed.add((code, (entry.skill, entry.language)))
    elif call.age != "young":
        count_late(tx, code)
    return int(made)


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

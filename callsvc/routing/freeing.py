"""What free agents do next: pressing promises, calls by the letters of ``rules/freeing.py``, other work."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.routing.deciding import count_late, offer_at_home, refusers
from callsvc.routing.heads import Head, heads_of
from callsvc.routing.helping import close_aid, give_aid, help_with, plain_heads
from callsvc.routing.loading import Scene, ask_idle, at_home, load_scene, outside, see, show_only
from callsvc.routing.looking import Look, look_at
from callsvc.routing.nearest import Groups, pick_at_home
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
    terms = look.terms
    others = offer_other_work(tx, code, pressing=True) if look.other else 0
    calls: list[str] = []
    passed: Passed = set()
    now = look
    while now.free and (now.heads or now.elsewhere):
        taken = _step(tx, code, now, passed)
        if taken is None:
            break
        if taken:
            calls.append(taken)
            if len(calls) + others >= MOST_OFFERS or is_last(now):
                break
        now = look_at(tx, code)
    if look.other:
        others += offer_other_work(tx, code)
    if look.aided:
        _review_aid(tx, code, terms)
    return Served(len(calls) + others, calls, free=True)


def is_last(look: Look) -> bool:
    """Was there but one call?"""
    return not look.elsewhere and sum(head.entries for head in look.heads) == 1


def _step(tx: Tx, code: str, look: Look, passed: Passed) -> str | None:
    """The call that was offered, '' for none, or None when nobody who is free may take anything of this."""
    scene = None
    if not passed:
        taken, scene = _at_once(tx, code, look, passed)
        if taken != "" or passed:
            return taken
    heads = [head for head in heads_of(tx, look.terms) if (head.region, head.group) not in passed]
    return _among(tx, code, look.terms, heads, passed=passed, scene=scene) if heads else None


def _at_once(tx: Tx, code: str, look: Look, passed: Passed) -> tuple[str | None, Scene | None]:
    """As ``_among``, as if whoever is free could take any call: nobody asks what each of them can do.

    When somebody free can take the call that is then next, this is what asking would have come to: what they
    cannot take could only have come after it, or not at all. Else '', and they are asked.
    """
    if look.heads and is_plain(plain_heads(look.heads, code)):
        return _take_own(tx, code, None, Next("a", "young"), terms=look.terms, passed=passed), None
    scene = load_scene(tx, look.terms)
    helper = scene.regions[code]
    work = choose_work(helper, scene.country, scene.terms, scene.now)
    if work is None:
        return None, scene
    if work.region is helper:
        call = Next(work.letter, work.age, explain_work(helper, work, scene.country, scene.now))
        return _take_own(tx, code, None, call, terms=look.terms, passed=passed), scene
    return give_aid(tx, scene, helper, work, None)[0], scene


def _among(
    tx: Tx, code: str, terms: Terms, heads: list[Head], *, passed: Passed, scene: Scene | None
) -> str | None:
    """The same for these calls alone, and of them for what somebody free can take."""
    able = ask_idle(tx, [code], heads)
    own = at_home(able, code) & {head.group for head in heads if head.region == code}
    if own and is_plain(plain_heads([head for head in heads if head.group in own], code)):
        return _take_own(tx, code, own, Next("a", "young"), terms=terms, passed=passed)
    scene = scene or load_scene(tx, terms)
    see(scene, heads)
    lent = outside(able, code, scene.on_own_phone)
    show_only(scene, code, own, lent)
    helper = scene.regions[code]
    work = choose_work(helper, scene.country, terms, scene.now)
    if work is None:
        return None
    if work.region is helper:
        call = Next(work.letter, work.age, explain_work(helper, work, scene.country, scene.now))
        return _take_own(tx, code, own, call, terms=terms, passed=passed)
    taken, useless = give_aid(tx, scene, helper, work, lent)
    passed |= {(work.region.code, group) for group in useless}
    return taken


class Next(NamedTuple):
    """Which own call the rules take next, by which letter and why."""

    letter: str
    age: Age
    why: Explanation | None = None


def _take_own(tx: Tx, code: str, groups: Groups, call: Next, *, terms: Terms, passed: Passed) -> str:
    """The next own call goes to somebody at home; to whoever let it pass only if nobody else anywhere can.

    ``groups``: what somebody free can take; None: perhaps anything, and '' when the next call finds nobody.
    """
    picked = pick_at_home(tx, code, call.age, groups, terms)
    if picked is None or (groups is None and not picked[1]):
        passed |= {(code, group) for group in groups or ()}
        return ""
    entry, free = picked
    barred = refusers(tx, entry)
    fresh = [one for one in free if one.id not in barred]
    made = offer_at_home(tx, entry, fresh, call.letter, call.why)
    if not made and len(fresh) < len(free):
        made = help_with(tx, entry, terms) or offer_at_home(tx, entry, free, call.letter, call.why)
    if not made:
        passed.add((code, (entry.skill, entry.language)))
    elif call.age != "young":
        count_late(tx, code)
    return str(entry.id) if made else ""


def _review_aid(tx: Tx, code: str, terms: Terms) -> None:
    """Not before it has lasted as long as it must: until then the rules need not be asked."""
    since = tx.scalar(sa.select(aid_activation.c.since).where(aid_activation.c.region_code == code))
    if (tx.now - since).total_seconds() >= terms.dwell_s:
        close_aid(tx, code, terms)

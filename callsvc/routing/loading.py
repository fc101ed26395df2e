"""Loads what a decision on aid looks at into the ``Country`` of the rules: a few queries, whatever its size.

Somebody free at home and nobody waiting longer is the common case, and needs none of this (``offering.py``).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from callsvc.agents.queries import abilities, headcounts, on_duty_for, skill_counts
from callsvc.core.db import Tx
from callsvc.platforms.delegating import on_own_phone
from callsvc.routing.aid.aid_queries import agreements_of, aid_now_and_since, live_aid
from callsvc.routing.aid.lending_now import orders_now
from callsvc.routing.heads import Head, heads_of, show
from callsvc.routing.keeping import computed_by, kept_by, ledgers_at, standing_of
from callsvc.routing.rules import measuring as figures
from callsvc.routing.rules.pacts import agree
from callsvc.routing.rules.proximity import distance_rank
from callsvc.routing.rules.queues import predicted_wait
from callsvc.routing.rules.regions import Country, Region
from callsvc.routing.rules.slowness import most_lent
from callsvc.routing.rules.terms import Terms
from callsvc.routing.views import Group


@dataclass(slots=True)
class Scene:
    """The country at the instant of a decision. Times in seconds, as ``now``."""

    terms: Terms
    now: float
    country: Country
    regions: Mapping[str, Region]
    heads: Sequence[Head]
    on_own_phone: frozenset[str]
    """Platforms that give no aid outside."""
    can: dict[str, tuple[set[Group], set[Group]]] = field(default_factory=dict)
    """By region, of what waits, what its idle agents can take: at home, for others; see ``ask_idle``."""


def load_scene(tx: Tx, terms: Terms, heads: Sequence[Head] | None = None) -> Scene:
    """Every region with its agents, calls, ledger, aid and agreements, as the rules see them."""
    heads = heads_of(tx, terms) if heads is None else heads
    standing = standing_of(tx)
    regions = _regions(tx, standing, terms, heads)
    _put_aid(tx, regions, standing)
    country = Country(list(regions.values()))
    country.slowness = figures.slowness(
        *(
            sum(getattr(row, name) or 0.0 for row in standing)
            for name in ("own_s", "own_calls", "aid_s", "aid_calls")
        )
    )
    oldest: dict[str, float] = {}
    for head in heads:
        oldest[head.region] = min(head.oldest, oldest.get(head.region, head.oldest))
    country.pressed.sort(key=lambda region: (oldest[region.code], region.code))
    for region in regions.values():
        region.most_lent = most_lent(region, terms.cap, country.slowness)
    country.ordered = _put_agreements(tx, regions)
    return Scene(
        terms=terms,
        now=tx.now.timestamp(),
        country=country,
        regions=regions,
        heads=heads,
        on_own_phone=on_own_phone(tx),
    )


def _regions(tx: Tx, standing: Sequence[Row[Any]], terms: Terms, heads: Sequence[Head]) -> dict[str, Region]:
    agents = {row.region_code: row for row in headcounts(tx, [row.code for row in standing])}
    ledgers = ledgers_at(tx, standing, terms, tx.now)
    regions = {}
    for row in standing:
        on_duty = agents[row.code].on_duty if row.code in agents else 0
        region = Region(
            row.code,
            on_duty,
            handle_s=figures.handling(row.own_s or 0.0, row.own_calls or 0.0),
            name=row.name,
            reserve=computed_by(row, terms),
        )
        region.idle = agents[row.code].idle if row.code in agents else 0
        region.ledger = ledgers[row.code]
        region.kept = kept_by(row, on_duty, region.ledger, terms)
        region.opted_out = bool(row.opted_out)
        region.active = bool(row.active)
        if row.since is not None:
            region.activated_at = row.since.timestamp()
        region.late_taken = row.late_taken or 0
        region.waiting = sum(head.entries for head in heads if head.region == row.code)
        if region.waiting:
            show(region, heads)
        regions[row.code] = region
    return regions


def _put_aid(tx: Tx, regions: Mapping[str, Region], standing: Iterable[Row[Any]]) -> None:
    """Who holds whose calls now, and what each gave and received on this day (UTC)."""
    midnight = tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    since: datetime | None = None
    for row in standing:
        if row.at is not None and row.at >= midnight:
            regions[row.code].received, regions[row.code].given = row.received, row.given
            since = row.at if since is None else min(since, row.at)
    for pair in aid_now_and_since(tx, since or midnight):
        if pair.live:
            lend(regions, pair.region_code, pair.agent_region, pair.calls)
        else:
            regions[pair.region_code].received += pair.calls
            regions[pair.agent_region].given += pair.calls


def lend(regions: Mapping[str, Region], home: str, helper: str, calls: int) -> None:
    """So many more calls of ``home`` are held by agents of ``helper``."""
    regions[home].aid_in += calls
    regions[helper].aid_out += calls
    regions[helper].holds[home] = regions[helper].holds.get(home, 0) + calls


def _put_agreements(tx: Tx, regions: Mapping[str, Region]) -> bool:
    """Who may help whom, on which terms; True when people have lent agents anywhere."""
    orders = orders_now(tx)
    agree(regions, agreements_of(tx), orders, distance_rank)
    return bool(orders)


def show_only(scene: Scene, code: str, own: set[Group], lent: set[Group]) -> None:
    """What somebody idle in this region can take, its own calls and others'; the rest is out of sight."""
    for region in scene.country.pressed:
        groups = own if region.code == code else lent
        show(region, [head for head in scene.heads if head.group in groups])


def takeable(tx: Tx, code: str, heads: Sequence[Head]) -> tuple[set[Group], set[Group]]:
    """Of what waits, what the idle agents of a region can take: (at home, for others).

    A platform on its own phone gives no aid outside.
    """
    return _can_take(tx, [code], heads, on_own_phone(tx))[code]


def ask_idle(tx: Tx, scene: Scene, home: Region) -> set[Group]:
    """What the idle agents of those who may help this region can take for it; in one query, once a scene."""
    scene.can = _can_take(tx, [one.code for one in home.near if one.idle], scene.heads, scene.on_own_phone)
    return {group for _, lent in scene.can.values() for group in lent}


def _can_take(
    tx: Tx, codes: Sequence[str], heads: Sequence[Head], at_home: Collection[str]
) -> dict[str, tuple[set[Group], set[Group]]]:
    wanted = {head.group for head in heads}
    found: dict[str, tuple[set[Group], set[Group]]] = {code: (set(), set()) for code in codes}
    for row in abilities(tx, codes, {skill for skill, _ in wanted}) if codes else ():
        can = {(row.skill, language) for language in set(row.languages.split())} & wanted
        own, lent = found[row.region_code]
        own |= can
        if row.platform_code not in at_home:
            lent |= can
    return found


def show_able(scene: Scene, home: Region, groups: Collection[Group]) -> None:
    """Which helpers have somebody idle for one of these groups, and which own calls their idle could take."""
    for region in home.near:
        own, lent = scene.can.get(region.code, (set(), set()))
        region.able = not region.idle or not lent.isdisjoint(groups)
        if region.waiting and region.idle:
            show(region, [head for head in scene.heads if head.group in own])


def show_scarce(tx: Tx, scene: Scene, home: Region) -> None:
    """The longest wait of those at home whom only some of its agents can talk to."""
    home.scarce_s = 0.0
    mine = [head for head in scene.heads if head.region == home.code]
    hands = Counter[Group]()
    for row in skill_counts(tx, home.code) if mine else ():
        for language in set(row.languages.split()):
            hands[row.skill, language] += row.on_duty
    for head in mine:
        if hands[head.group] < home.agents:
            wait_s = predicted_wait(head.entries, hands[head.group], home.handle_s)
            home.scarce_s = max(home.scarce_s, wait_s)


def hands_for(tx: Tx, code: str, skill: str, language: str) -> int:
    """Agents who may answer the next call of a group: at home, and those elsewhere who hold its region's."""
    held: int = sum(pair.calls for pair in live_aid(tx) if pair.region_code == code)
    return on_duty_for(tx, code, skill, language) + held

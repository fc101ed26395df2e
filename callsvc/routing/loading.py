"""Loads what a decision on aid looks at into the ``Country`` of the rules: two queries, whatever its size.

Somebody free at home and nobody waiting longer is the common case, and needs none of this (``offering.py``).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Row

from callsvc.agents.queries import abilities, on_duty_for, skill_counts
from callsvc.core.db import Tx
from callsvc.routing.aid.aid_queries import live_aid
from callsvc.routing.country import Held, Ties, regions_now, ties_now
from callsvc.routing.heads import Head, show, whole_of
from callsvc.routing.keeping import computed_by, folded, kept_by
from callsvc.routing.rules import measuring as figures
from callsvc.routing.rules.pacts import put_agreed
from callsvc.routing.rules.queues import predicted_wait
from callsvc.routing.rules.regions import Country, Region
from callsvc.routing.rules.slowness import most_lent
from callsvc.routing.rules.terms import Terms
from callsvc.routing.views import Group

Able = Mapping[str, Mapping[str, set[Group]]]
"""By region and platform, of what waits, what somebody idle there can take."""


@dataclass(slots=True)
class Scene:
    """The country at the instant of a decision. Times in seconds, as ``now``.

    At first every call is in sight, whatever it needs, and whoever is idle could take any (``see``, ``can``).
    """

    terms: Terms
    now: float
    country: Country
    regions: Mapping[str, Region]
    heads: Sequence[Head]
    on_own_phone: frozenset[str]
    """Platforms that give no aid outside."""
    can: Able = field(default_factory=dict)


def load_scene(tx: Tx, terms: Terms) -> Scene:
    """Every region with its agents, calls, ledger, aid and agreements, as the rules see them."""
    rows = regions_now(tx, terms)
    ties = ties_now(tx, [row.code for row in rows])
    regions = _regions(tx, rows, ties, terms)
    _put_aid(tx, regions, rows, ties)
    put_agreed(regions, ties.agreed)
    country = Country(list(regions.values()))
    country.slowness = figures.slowness(
        *(
            sum(getattr(row, name) or 0.0 for row in rows)
            for name in ("own_s", "own_calls", "aid_s", "aid_calls")
        )
    )
    country.ordered = ties.ordered
    for region in regions.values():
        region.most_lent = most_lent(region, terms.cap, country.slowness)
    scene = Scene(
        terms=terms,
        now=tx.now.timestamp(),
        country=country,
        regions=regions,
        heads=(),
        on_own_phone=ties.on_own_phone,
    )
    see(scene, [whole_of(row, row.code) for row in rows if row.entries])
    return scene


def see(scene: Scene, heads: Sequence[Head]) -> None:
    """These calls wait, and no others."""
    scene.heads = heads
    mine: defaultdict[str, list[Head]] = defaultdict(list)
    for head in heads:
        mine[head.region].append(head)
    for region in scene.country.regions:
        region.waiting = sum(head.entries for head in mine[region.code])
        show(region, mine[region.code])
    country = scene.country
    country.waiting = sum(region.waiting for region in country.regions)
    oldest = {code: min(head.oldest for head in own) for code, own in mine.items() if own}
    country.pressed = sorted(
        (region for region in country.regions if region.waiting),
        key=lambda region: (oldest[region.code], region.code),
    )


def _regions(tx: Tx, rows: Sequence[Row[Any]], ties: Ties, terms: Terms) -> dict[str, Region]:
    ledgers = folded({row.code: row for row in rows}, ties.left, terms, tx.now)
    regions = {}
    for row in rows:
        region = Region(
            row.code,
            row.on_duty or 0,
            handle_s=figures.handling(row.own_s or 0.0, row.own_calls or 0.0),
            name=row.name,
            reserve=computed_by(row, terms),
        )
        region.idle = row.idle or 0
        region.ledger = ledgers[row.code]
        region.kept = kept_by(row, region.agents, region.ledger, terms)
        region.opted_out = bool(row.opted_out)
        region.active = bool(row.active)
        if row.since is not None:
            region.activated_at = row.since.timestamp()
        region.late_taken = row.late_taken or 0
        regions[row.code] = region
    return regions


def _put_aid(tx: Tx, regions: Mapping[str, Region], rows: Iterable[Row[Any]], ties: Ties) -> None:
    """Who holds whose calls now, and what each gave and received on this day (UTC)."""
    midnight = tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    for row in rows:
        if row.at is not None and row.at >= midnight:
            regions[row.code].received, regions[row.code].given = row.received, row.given
    lend(regions, ties.held)
    for home, helper, calls in ties.taken:
        regions[home].received += calls
        regions[helper].given += calls


def lend(regions: Mapping[str, Region], held: Iterable[Held]) -> None:
    """So are calls held by agents of other regions, and no others are."""
    for region in regions.values():
        region.aid_in, region.aid_out, region.holds = 0, 0, {}
    for home, helper, calls in held:
        regions[home].aid_in += calls
        regions[helper].aid_out += calls
        regions[helper].holds[home] = calls


def show_only(scene: Scene, code: str, own: set[Group], lent: set[Group]) -> None:
    """What somebody idle in this region can take, its own calls and others'; the rest is out of sight."""
    for region in scene.country.pressed:
        groups = own if region.code == code else lent
        show(region, [head for head in scene.heads if head.group in groups])


def ask_idle(tx: Tx, codes: Collection[str], heads: Sequence[Head]) -> Able:
    """Of what waits, what the idle agents of these regions can take: one query."""
    wanted = {head.group for head in heads}
    found: dict[str, dict[str, set[Group]]] = {code: {} for code in codes}
    for row in abilities(tx, codes, {skill for skill, _ in wanted}) if codes else ():
        can = {(row.skill, language) for language in set(row.languages.split())} & wanted
        found[row.region_code].setdefault(row.platform_code, set()).update(can)
    return found


def at_home(able: Able, code: str) -> set[Group]:
    """What its idle agents can take of a region's own calls."""
    return set().union(*able.get(code, {}).values())


def outside(able: Able, code: str, on_own_phone: Collection[str]) -> set[Group]:
    """What they can take of others' calls: a platform on its own phone gives no aid outside."""
    platforms = able.get(code, {}).items()
    return set().union(*(groups for platform, groups in platforms if platform not in on_own_phone))


def show_able(scene: Scene, home: Region, groups: Collection[Group]) -> None:
    """Which helpers have somebody idle for one of these groups, and which own calls their idle could take."""
    for region in home.near:
        lent = outside(scene.can, region.code, scene.on_own_phone)
        region.able = not region.idle or not lent.isdisjoint(groups)
        if region.waiting and region.idle:
            own = at_home(scene.can, region.code)
            show(region, [head for head in scene.heads if head.group in own])


def show_scarce(tx: Tx, home: Region, here: Sequence[Head]) -> None:
    """The longest wait of those at home whom only some of its agents can talk to; ``here``: who waits."""
    home.scarce_s = 0.0
    hands = Counter[Group]()
    for row in skill_counts(tx, home.code) if here else ():
        for language in set(row.languages.split()):
            hands[row.skill, language] += row.on_duty
    for head in here:
        if hands[head.group] < home.agents:
            wait_s = predicted_wait(head.entries, hands[head.group], home.handle_s)
            home.scarce_s = max(home.scarce_s, wait_s)


def hands_for(tx: Tx, code: str, skill: str, language: str) -> int:
    """Agents who may answer the next call of a group: at home, and those elsewhere who hold its region's."""
    held: int = sum(pair.calls for pair in live_aid(tx) if pair.region_code == code)
    return on_duty_for(tx, code, skill, language) + held

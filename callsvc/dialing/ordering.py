"""The people of a campaign whose turn it is, found by index however many wait.

Who waits for a later time is *resting* and in nobody's way: the two updates before each batch wake whoever is
due and lay to rest whoever was put off, a few hundred at a time. Whoever is in turn stands in one index, in
the order of a region, so that a batch reads the front of each region's queue and nothing else.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, leg
from callsvc.campaigns.budgets import has_budget, spending_of
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.tables import IN_TURN, WAITING, campaign_contact, campaign_share
from callsvc.core.db import Tx
from callsvc.core.tariffs import MICRO
from callsvc.dialing.budgets import next_cost
from callsvc.dialing.turns import CLOSES_SOON, Chosen, Share, Waiting, catch_up, choose
from callsvc.platforms.tables import region

_MOVED_AT_ONCE = 500  # people laid to rest or woken in one transaction
_COUNTED_EVERY = timedelta(seconds=60)  # machine time
_PLACE = campaign_contact.c
_MINE = _PLACE.campaign_id == sa.bindparam("campaign_id")
_NOW = sa.bindparam("now", type_=_PLACE.next_try_at.type)
# In words that no index can answer: without statistics a database would rather find all who are due, and sort
# them, than read the front of a queue that is in order already.
DUE = sa.func.coalesce(_PLACE.next_try_at, _PLACE.next_try_at) <= _NOW
_REGIONS = sa.select(region.c.code).order_by(region.c.code)
_COUNTS = (
    sa.select(_PLACE.region_code, sa.func.count().label("waiting"))
    .where(_MINE, IN_TURN)
    .group_by(_PLACE.region_code)
)


def people_in_turn(tx: Tx, config: CampaignFile, campaign_id: str, room: int) -> list[Row[Any]]:
    """Up to ``room`` rows of ``campaign_contact``, locked, in the order in which they are to be called.

    ``why`` of each is kept in ``chosen_for`` of its row.
    """
    room = min(room, _budget_room(tx, config, campaign_id))
    if room <= 0:
        return []
    move_resting(tx, campaign_id)
    pool = _front(tx, campaign_id, room)
    if not pool:
        return []
    shares = _shares(tx, campaign_id)
    for code in {one.region for one in pool} - shares.keys():
        shares[code] = Share(1, min((share.turn for share in shares.values()), default=0.0))
    before = {code: share.turn for code, share in shares.items()}
    chosen = choose(pool, shares, room, tx.now)
    _keep_turns(tx, campaign_id, {code: one.turn for code, one in shares.items() if one.turn != before[code]})
    return _locked(tx, chosen)


def _budget_room(tx: Tx, config: CampaignFile, campaign_id: str) -> int:
    """Calls that the day's budget leaves, less those planned already; the claim counts exactly."""
    most = 1_000_000
    if not has_budget(config) or config.channel != "voice":
        return most
    spending = spending_of(tx, config, campaign_id)
    if spending.exhausted:
        return 0
    planned = tx.scalar(
        sa.select(sa.func.count())
        .select_from(leg)
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, _PLACE.id == call.c.campaign_contact_id)
        .where(
            leg.c.placement == "planned", leg.c.lease_until.is_not(None), _PLACE.campaign_id == campaign_id
        )
    )
    seconds, micro_euros = next_cost(config, tx.settings.callsvc_tariffs, "FR", "mobile")
    left = [spending.most_calls - spending.calls] if spending.most_calls else [most]
    if spending.most_minutes:
        left.append((spending.most_minutes * 60 - spending.seconds) // seconds)
    if spending.most_euros and micro_euros:
        left.append((round(spending.most_euros * MICRO) - spending.micro_euros) // micro_euros)
    return min(left) - int(planned)


def move_resting(tx: Tx, campaign_id: str) -> None:
    """Lay to rest whoever was put off, wake whoever is due; rows that somebody holds are left alone."""
    for resting, late in ((True, _PLACE.next_try_at > _NOW), (False, _PLACE.next_try_at <= _NOW)):
        state = ~_PLACE.resting if resting else _PLACE.resting
        ids = (
            sa.select(_PLACE.id)
            .where(_MINE, WAITING, state, late)
            .order_by(_PLACE.next_try_at, _PLACE.priority.desc())
            .limit(_MOVED_AT_ONCE)
            .with_for_update(skip_locked=True, key_share=True)
        )
        found = [row.id for row in tx.all(ids, campaign_id=campaign_id, now=tx.now)]
        if found:
            tx.update(campaign_contact, _PLACE.id.in_(found), resting=resting)


@lru_cache(maxsize=8)
def _fronts(regions: tuple[str, ...]) -> sa.Select[Any]:
    """The front of each region's queue, and of its retries whose window closes soon: one statement."""
    columns = (
        _PLACE.id,
        _PLACE.region_code,
        _PLACE.priority,
        _PLACE.elicited_on,
        _PLACE.next_try_at,
        _PLACE.call_by,
    )
    soon = sa.bindparam("soon", type_=_PLACE.call_by.type)
    parts = []
    for code in regions:
        mine = (
            _MINE,
            IN_TURN,
            _PLACE.region_code == sa.literal_column(f"'{code}'"),
            DUE,
        )
        front = (
            sa.select(*columns)
            .where(*mine)
            .order_by(_PLACE.priority.desc(), _PLACE.elicited_on.desc(), _PLACE.next_try_at, _PLACE.id)
        )
        closing = (
            sa.select(*columns)
            .where(*mine, _PLACE.call_by.is_not(None), _PLACE.call_by > _NOW, _PLACE.call_by <= soon)
            .order_by(_PLACE.call_by)
        )
        parts += [
            query.limit(sa.bindparam("room", type_=sa.Integer)).subquery() for query in (front, closing)
        ]
    together = sa.union_all(*[sa.select(part) for part in parts]).subquery()
    return sa.select(together)


def _front(tx: Tx, campaign_id: str, room: int) -> list[Waiting]:
    regions = tuple(row.code for row in tx.all(_REGIONS) if row.code.isalnum())
    if not regions:
        return []
    rows = tx.all(_fronts(regions), campaign_id=campaign_id, now=tx.now, soon=tx.now + CLOSES_SOON, room=room)
    return list({row.id: Waiting._make(row) for row in rows}.values())


def _shares(tx: Tx, campaign_id: str) -> dict[str, Share]:
    """Whose turn it is among regions; people are counted once a minute, turns are kept for good."""
    rows = tx.all(sa.select(campaign_share).where(campaign_share.c.campaign_id == campaign_id))
    known = {row.region_code: Share(row.waiting, row.turn) for row in rows}
    if rows and min(row.counted_at for row in rows) > tx.machine_now - _COUNTED_EVERY:
        return known
    counted = {row.region_code: row.waiting for row in tx.all(_COUNTS, campaign_id=campaign_id)}
    shares = catch_up(known, counted)
    for code, share in shares.items():
        values = {"waiting": share.waiting, "turn": share.turn, "counted_at": tx.machine_now}
        mine = (campaign_share.c.campaign_id == campaign_id) & (campaign_share.c.region_code == code)
        if not tx.update(campaign_share, mine, **values):
            tx.insert_once(campaign_share, campaign_id=campaign_id, region_code=code, **values)
    gone = known.keys() - shares.keys()
    if gone:
        ours = campaign_share.c.campaign_id == campaign_id
        tx.delete(campaign_share, ours & campaign_share.c.region_code.in_(gone))
    return shares


def _keep_turns(tx: Tx, campaign_id: str, turns: dict[str, float]) -> None:
    mine = campaign_share.c.campaign_id == campaign_id
    this = mine & (campaign_share.c.region_code == sa.bindparam("code"))
    if turns:
        tx.execute(
            campaign_share.update().where(this).values(turn=sa.bindparam("had")),
            [{"code": code, "had": turn} for code, turn in turns.items()],
        )


def _locked(tx: Tx, chosen: Sequence[Chosen]) -> list[Row[Any]]:
    """The chosen rows that nobody else took meanwhile, in their order."""
    why = {one.id: one.why for one in chosen}
    rows = tx.all(
        sa.select(campaign_contact)
        .where(_PLACE.id.in_(list(why)), _PLACE.status == "waiting", _PLACE.next_try_at <= tx.now)
        .with_for_update(skip_locked=True)
    )
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row.chosen_for != why[row.id]:
            by_reason.setdefault(why[row.id], []).append(row.id)
    for reason, ids in by_reason.items():
        tx.update(campaign_contact, _PLACE.id.in_(ids), chosen_for=reason)
    place_of = {id: place for place, id in enumerate(why)}
    return sorted(rows, key=lambda row: place_of[row.id])

"""The ledger of the pace, in SQL: what the carrier's limit and each campaign's own still let through.

Whoever plans takes set-ups out of the ledger first, under the lock of its first row, and gives back what
found nobody to call. Two tickers at once therefore never plan more than one would. A ticker that dies in
between loses a few set-ups, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.tables import campaign, campaign_contact, pace_ledger
from callsvc.core.db import Tx
from callsvc.dialing.set_ups import OF_RING
from callsvc.dialing.sharing import Bucket, Wish, backlog, filled, holds, share
from callsvc.routing.tables import queue_entry

_ALL = ""  # the row of the whole
_UNDER_WAY = ("planned", "claimed", "placed", "in-doubt")


@dataclass(frozen=True)
class _Account:
    """A campaign that runs, its row of the ledger brought up to now, and what it has under way."""

    config: CampaignFile
    bucket: Bucket
    turn: float
    live: int


def reserve(tx: Tx) -> Mapping[str, int]:
    """Set-ups that each running campaign may plan now, taken out of the ledger.

    Empty while another ticker is at it, while the carrier's limit is used up, or when too much that is
    planned has not been placed yet: it would wait in the carrier's queue.
    """
    whole = hold_row(tx, _ALL, holds(tx.settings.callsvc_calls_per_second, tx.speed))
    if whole is None:
        return {}
    live, unplaced = _under_way(tx)
    accounts = _accounts(tx, live)
    rate, speed = tx.settings.callsvc_calls_per_second, tx.speed
    bucket = filled(Bucket(whole.tokens, whole.at), rate, tx.now, holds(rate, speed))
    tokens = bucket.tokens - _agents_set_ups(tx, whole.at)
    # What is planned and not placed yet is still to come at the carrier, at the pace, before all else.
    room = min(int(tokens), backlog(rate, speed) - unplaced)
    if tx.settings.callsvc_most_live:
        room = min(room, tx.settings.callsvc_most_live - sum(live.values()))
    shares = share(max(0, room), whole.turn, [_wish(tx, name, one) for name, one in accounts.items()])
    taken = sum(shares.calls.values())
    keep_row(tx, _ALL, tokens - taken, shares.clock, bucket.at)
    for name, account in accounts.items():
        keep_row(tx, name, account.bucket.tokens - shares.calls[name], shares.turns[name], account.bucket.at)
    return {name: calls for name, calls in shares.calls.items() if calls}


def give_back(tx: Tx, config: CampaignFile, campaign_id: str, calls: int) -> None:
    """Set-ups reserved for a campaign that found nobody to call."""
    if calls <= 0:
        return
    _hold(tx, _ALL)
    for name, turn in ((_ALL, 0.0), (campaign_id, calls / config.pacing.weight)):
        mine = pace_ledger.c.campaign_id == name
        tx.update(pace_ledger, mine, tokens=pace_ledger.c.tokens + calls, turn=pace_ledger.c.turn - turn)


def under_way_in(tx: Tx, campaign_id: str) -> int:
    """Calls of a campaign that are planned or live."""
    return int(
        tx.scalar(
            sa.select(sa.func.count())
            .select_from(leg)
            .join(call, call.c.id == leg.c.call_id)
            .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
            .where(
                campaign_contact.c.campaign_id == campaign_id,
                leg.c.role == "contact",
                leg.c.ended_at.is_(None),
                leg.c.placement.in_(_UNDER_WAY),
            )
        )
    )


def _hold(tx: Tx, name: str) -> Row[Any] | None:
    mine = sa.select(pace_ledger).where(pace_ledger.c.campaign_id == name)
    return tx.first(mine.with_for_update(key_share=True))


def hold_row(tx: Tx, name: str, most: float) -> Row[Any] | None:
    """A row that several share, held; None while another ticker holds it. When new, its bucket is full."""
    mine = sa.select(pace_ledger).where(pace_ledger.c.campaign_id == name)
    held = tx.first(mine.with_for_update(skip_locked=True, key_share=True))
    if held is not None or tx.first(mine) is not None:
        return held
    tx.insert_once(pace_ledger, campaign_id=name, tokens=most, turn=0.0, at=tx.now)
    return tx.first(mine.with_for_update(skip_locked=True, key_share=True))


def _accounts(tx: Tx, live: Mapping[str, int]) -> dict[str, _Account]:
    """Every running campaign that calls."""
    known = {row.campaign_id: row for row in tx.all(sa.select(pace_ledger).where(~OF_RING))}
    accounts = {}
    for row in tx.all(sa.select(campaign).where(campaign.c.state == "running").order_by(campaign.c.id)):
        config = config_of(row)
        if config.channel != "voice" or config.mode == "preview":
            continue  # callsvc/webhooks/texting.py, callsvc/dialing/previewing.py
        rate = config.pacing.calls_per_second
        most = holds(rate, tx.speed)
        account = known.get(row.id)
        bucket = Bucket(account.tokens, account.at) if account is not None else Bucket(most, tx.now)
        turn = account.turn if account is not None else 0.0
        accounts[row.id] = _Account(config, filled(bucket, rate, tx.now, most), turn, live.get(row.id, 0))
    return accounts


def _wish(tx: Tx, campaign_id: str, account: _Account) -> Wish:
    pacing = account.config.pacing
    most = min(int(account.bucket.tokens), pacing.most_live - account.live)
    if most > 0 and _waiting_for_agents(tx) > pacing.most_waiting:
        most = 0
    due = due_in(tx, campaign_id, most) if most > 0 else 0
    return Wish(campaign_id=campaign_id, weight=pacing.weight, turn=account.turn, most=due)


def due_in(tx: Tx, campaign_id: str, most: int) -> int:
    """How many people of a campaign are due, counted up to ``most``."""
    due = sa.select(campaign_contact.c.id).where(
        campaign_contact.c.campaign_id == campaign_id,
        campaign_contact.c.status == "waiting",
        campaign_contact.c.next_try_at <= tx.now,
    )
    return int(tx.scalar(sa.select(sa.func.count()).select_from(due.limit(most).subquery())))


def _waiting_for_agents(tx: Tx) -> int:
    calls = (queue_entry.c.kind == "call") & (queue_entry.c.state == "pending")
    waiting = sa.select(sa.func.count()).select_from(queue_entry).where(calls)
    return int(tx.scalar(waiting))


def _under_way(tx: Tx) -> tuple[dict[str, int], int]:
    """Calls under way by campaign, and how many of all are planned and not claimed yet."""
    planned = sa.func.sum(sa.case((leg.c.placement == "planned", 1), else_=0))
    rows = tx.all(
        sa.select(campaign_contact.c.campaign_id, sa.func.count().label("live"), planned.label("planned"))
        .select_from(leg)
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .where(leg.c.role == "contact", leg.c.ended_at.is_(None), leg.c.placement.in_(_UNDER_WAY))
        .group_by(campaign_contact.c.campaign_id)
    )
    return {row.campaign_id: int(row.live) for row in rows}, sum(int(row.planned) for row in rows)


def _agents_set_ups(tx: Tx, since: Any) -> int:
    """Agents' legs set up since the last count: the carrier's limit is for them, too."""
    theirs = (leg.c.role == "agent") & (leg.c.planned_at > since) & (leg.c.planned_at <= tx.now)
    return int(tx.scalar(sa.select(sa.func.count()).select_from(leg).where(theirs)))


def keep_row(tx: Tx, name: str, tokens: float, turn: float, at: datetime) -> None:
    values = {"tokens": tokens, "turn": turn, "at": at}
    if not tx.update(pace_ledger, pace_ledger.c.campaign_id == name, **values):
        tx.insert(pace_ledger, campaign_id=name, **values)

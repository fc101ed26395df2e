"""The carrier's limit at the last moment: no sliding second with more set-ups than are allowed, in SQL.

The planner's buckets keep the average (``sharing.py``). A worker that stood still finds all it missed at
once, though, and would ask for it at once. So each set-up takes one of a ring of rows of ``pace_ledger``, as
many as the second allows, and a row serves again a second after it last served: whatever anybody missed, and
however many workers there are, no second has more instants than the ring has rows. A request may leave a
fifth of a second after its instant (``releasing.py``), so the carrier is held to it a little less strictly.
Rows are taken under their lock and locked ones passed over: workers do not wait for one another here.

A row is given a moment ahead (``AHEAD_S``), so that the claim is made meanwhile and the request leaves at
its instant: what the claim takes would otherwise be missing from every second.

Agents' own legs never wait, as somebody is on the line; those of the last second are left out of the ring.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.campaigns.tables import pace_ledger
from callsvc.core.db import Instant, Tx
from callsvc.dialing.sharing import holds

RING = "set-up:"
OF_RING = pace_ledger.c.campaign_id.like(f"{RING}%")  # no campaign's id has a colon

AHEAD_S = 0.25  # real seconds: longer than a claim takes, on a machine with much to do
_MOST = 200  # rows: above so many a second the second is cut short, not the ring made longer
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# Asked for every call, so built once.
_at = pace_ledger.c.at
_MINE = OF_RING & (pace_ledger.c.turn < sa.bindparam("count"))
# What lies ahead is of a clock that was set back since, and would block for as long.
_FRESH = _MINE & (
    (_at <= sa.bindparam("since", type_=Instant)) | (_at > sa.bindparam("later", type_=Instant))
)
_FREE = (
    sa.select(pace_ledger.c.campaign_id, _at)
    .where(_FRESH)
    .order_by(_at)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True, key_share=True)
)
_RESTED = sa.select(sa.func.count()).select_from(pace_ledger).where(_FRESH)
_SIZE = sa.select(sa.func.count()).select_from(pace_ledger).where(_MINE)
_NTH = sa.select(_at).where(_MINE).order_by(_at).offset(sa.bindparam("before", type_=sa.Integer)).limit(1)
_USE = (
    pace_ledger.update()
    .where(pace_ledger.c.campaign_id == sa.bindparam("row"))
    .values(at=sa.bindparam("now", type_=Instant))
)
_DELAY = _USE.where(_at == sa.bindparam("was", type_=Instant))
_AGENTS = (
    sa.select(sa.func.count())
    .select_from(leg)
    .where(leg.c.role == "agent", leg.c.planned_at > sa.bindparam("since", type_=Instant))
)


@dataclass(frozen=True)
class Limit:
    """So many set-ups in any span of lived time."""

    count: int
    span: timedelta


@dataclass(frozen=True)
class SetUp:
    """The right to one set-up at this lived instant, while the transaction holds its row or has used it."""

    row: str
    at: datetime


def limit_of(rate: float, speed: float) -> Limit:
    """What the carrier takes: a lived second's set-ups, or a real second's where the clock is scaled.

    A rate with a fraction is rounded up here: its average is the planner's to keep.

    >>> limit_of(2.5, 1)
    Limit(count=3, span=datetime.timedelta(seconds=1))
    >>> limit_of(8, 2)
    Limit(count=16, span=datetime.timedelta(seconds=2))
    """
    whole = math.ceil(holds(rate, speed))
    count = min(whole, _MOST)
    span = holds(1.0, speed) * count / whole
    return Limit(count, timedelta(seconds=span))


def free_set_up(tx: Tx) -> SetUp | None:
    """One set-up, if there is one now or in a moment."""
    limit = _limit(tx)
    agents = _agents_since(tx, tx.now - limit.span)
    free = _bounds(tx, limit) | {"most": agents + 1}
    rows = tx.all(_FREE, **free)
    if len(rows) <= agents and _laid_out(tx, limit):
        rows = tx.all(_FREE, **free)
    if len(rows) <= agents:
        return None
    at = rows[agents].at + limit.span
    return SetUp(rows[0].campaign_id, at if at < free["later"] else tx.now)


def until_free(tx: Tx) -> timedelta:
    """Lived time until there is one, unless somebody else takes it."""
    limit = _limit(tx)
    agents = _agents_since(tx, tx.now - limit.span)
    bounds = _bounds(tx, limit)
    if tx.scalar(_RESTED, **bounds) > agents:
        return timedelta(0)
    row = tx.first(_NTH, count=limit.count, before=agents)
    return max(row.at - bounds["since"], timedelta(0)) if row is not None else limit.span


def use_set_up(tx: Tx, given: SetUp, now: datetime) -> SetUp:
    """It is made at its instant, or now if that is past: its row serves again a second later."""
    at = max(given.at, now)
    tx.execute(_USE, {"row": given.row, "now": at})
    return SetUp(given.row, at)


def delay_set_up(tx: Tx, given: SetUp, now: datetime) -> SetUp:
    """It is made late: its row serves again a second after that, unless it has been given to another."""
    tx.execute(_DELAY, {"row": given.row, "was": given.at, "now": now})
    return SetUp(given.row, now)


def _limit(tx: Tx) -> Limit:
    return limit_of(tx.settings.callsvc_calls_per_second, tx.speed)


def _bounds(tx: Tx, limit: Limit) -> dict[str, Any]:
    ahead = timedelta(seconds=AHEAD_S * tx.speed)
    since = tx.now + ahead - limit.span
    return {"count": limit.count, "since": since, "later": tx.now + limit.span + 4 * ahead}


def _agents_since(tx: Tx, since: datetime) -> int:
    return int(tx.scalar(_AGENTS, since=since))


def _laid_out(tx: Tx, limit: Limit) -> bool:
    """The rows of the ring that are missing, at its first use and when the limit was raised; True if any."""
    if tx.scalar(_SIZE, count=limit.count) == limit.count:
        return False
    for place in range(limit.count):
        name = f"{RING}{place:03}"
        tx.insert_once(pace_ledger, campaign_id=name, tokens=0.0, turn=float(place), at=_LONG_AGO)
    return True

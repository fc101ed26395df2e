"""What a decision on aid asks of the country: every region, what ties them together, and who left lately.

Agreements change seldom. They come as one text each time, and what follows from a text is worked out once: a
decision goes by what is agreed at its own instant, whoever changed it and in whichever process.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import ON_DUTY
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.core.packed import instant, packed, unpacked
from callsvc.core.written import Written
from callsvc.platforms import delegating
from callsvc.platforms.tables import delegation, region
from callsvc.routing.aid.aid_queries import AID_TAKEN, IN_FORCE, LIVE_AID
from callsvc.routing.aid.lending_now import ORDERS_NOW
from callsvc.routing.heads import BY_REGION, edges
from callsvc.routing.keeping import LOOKS_BACK, STANDING
from callsvc.routing.queries import IS_RESOLVED
from callsvc.routing.rules.agreements import holds_at
from callsvc.routing.rules.pacts import Agreed, agreed
from callsvc.routing.rules.proximity import distance_rank
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_agreement, aid_order, queue_entry, reservation, routing_measure


class Held(NamedTuple):
    """So many calls of ``home`` are, or were, in the hands of ``helper``."""

    home: str
    helper: str
    calls: int


class Left(NamedTuple):
    """An own call of a region that was connected or lost."""

    region_code: str
    entered_at: datetime
    left_at: datetime
    left_how: str


class Ties(NamedTuple):
    """Between the regions now; ``taken``: aid since the day's first measure, or since midnight (UTC)."""

    held: Sequence[Held]
    taken: Sequence[Held]
    left: Sequence[Left]
    agreed: Mapping[str, Agreed]
    ordered: bool
    on_own_phone: frozenset[str]


class Agreement(NamedTuple):
    aided_region: str
    aiding_region: str
    rank: int
    activate_wait_s: int
    release_wait_s: int
    cap: int
    zone: str
    hours: Mapping[str, Any] | None


class Lent(NamedTuple):
    aided: str
    aiding: str
    agents: int


def regions_now(tx: Tx, terms: Terms) -> Sequence[Row[Any]]:
    """A row each: as ``standing_of``, its agents on duty and idle, and what waits as in ``heads.py``."""
    late, second = edges(terms, tx.now)
    return _REGIONS.all(tx, late=late, second=second)


def ties_now(tx: Tx, codes: Sequence[str]) -> Ties:
    """What ties these regions, all there are."""
    midnight = tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    row = _TIES.first(tx, now=tx.now, midnight=midnight)
    left = _LEFT_LATELY.first(tx, now=tx.now, earliest=tx.now - LOOKS_BACK)
    assert row is not None and left is not None  # noqa: S101 - one row of texts each
    return Ties(
        held=held_in(row.held),
        taken=held_in(row.taken),
        left=_left_in(left.calls),
        agreed=_agreed(tuple(codes), row.agreements, _closed(row.agreements, tx.now), row.orders),
        ordered=bool(row.orders),
        on_own_phone=_on_own_phone(row.delegated),
    )


def held_in(text: str) -> list[Held]:
    """``LIVE_AID`` or ``AID_TAKEN``, packed."""
    return [Held(home, helper, int(calls)) for home, helper, calls in unpacked(text)]


def _left_in(text: str) -> list[Left]:
    rows = sorted((instant(left), id, code, entered, how) for code, entered, left, how, id in unpacked(text))
    return [Left(code, instant(entered), left, how) for left, _, code, entered, how in rows]


def _on_own_phone(text: str) -> frozenset[str]:
    """Platforms that take their own calls and give no aid outside: so says what they declared last."""
    rows = sorted((instant(at), id, platform, share) for at, id, platform, share in unpacked(text))
    shares = {platform: share for _, _, platform, share in rows}
    return frozenset(platform for platform, share in shares.items() if share == "0")


@lru_cache(maxsize=8)
def _agreements(text: str) -> tuple[Agreement, ...]:
    return tuple(
        Agreement(
            aided, aiding, int(rank), int(opens), int(closes), int(cap), zone, json.loads(hours or "null")
        )
        for aided, aiding, rank, opens, closes, cap, zone, hours in unpacked(text)
    )


def _closed(text: str, now: datetime) -> frozenset[int]:
    """Which of the agreements, by place, are not in force at this hour of their day."""
    return frozenset(
        place
        for place, one in enumerate(_agreements(text))
        if one.hours is not None and not holds_at(one.hours, None, None, one.zone, now)
    )


@lru_cache(maxsize=64)
def _agreed(codes: tuple[str, ...], text: str, closed: frozenset[int], orders: str) -> Mapping[str, Agreed]:
    in_force = [one for place, one in enumerate(_agreements(text)) if place not in closed]
    lent = [Lent(aided, aiding, int(agents)) for aided, aiding, agents in unpacked(orders)]
    return agreed(codes, in_force, lent, distance_rank)


_HEADCOUNTS = (
    sa.select(
        agent.c.region_code,
        sa.func.count().label("on_duty"),
        sa.func.sum(sa.case((agent.c.state == "idle", 1), else_=0)).label("idle"),
    )
    .where(ON_DUTY)
    .group_by(agent.c.region_code)
    .subquery("heads")
)
_QUEUES = BY_REGION.subquery("queues")
_REGIONS = Written(
    STANDING.add_columns(
        _HEADCOUNTS.c.on_duty,
        _HEADCOUNTS.c.idle,
        *(column for column in _QUEUES.c if column.name != "region_code"),
    )
    .outerjoin(_HEADCOUNTS, _HEADCOUNTS.c.region_code == region.c.code)
    .outerjoin(_QUEUES, _QUEUES.c.region_code == region.c.code)
)

_NOW: Any = sa.bindparam("now", type_=queue_entry.c.left_at.type)
_MIDNIGHT: Any = sa.bindparam("midnight", type_=queue_entry.c.left_at.type)
_EARLIEST: Any = sa.bindparam("earliest", type_=queue_entry.c.left_at.type)
_MEASURED_AT = (
    sa.select(sa.func.coalesce(sa.func.min(routing_measure.c.at), _MIDNIGHT))
    .where(routing_measure.c.at >= _MIDNIGHT)
    .scalar_subquery()
)
_TAKEN = AID_TAKEN.where(reservation.c.offered_at > _MEASURED_AT).subquery("taken")
_HELD = LIVE_AID.subquery("held")
# Apart, for PostgreSQL plans it by its instants each time: among all calls ever, few left lately.
_LEFT_LATELY = Written(
    sa.select(
        packed(
            queue_entry.c.region_code,
            queue_entry.c.entered_at,
            queue_entry.c.left_at,
            queue_entry.c.left_how,
            queue_entry.c.id,
        ).label("calls")
    )
    .select_from(region)
    .outerjoin(routing_measure, routing_measure.c.region_code == region.c.code)
    .join(queue_entry, queue_entry.c.region_code == region.c.code)
    .where(
        IS_RESOLVED,
        queue_entry.c.left_at > _EARLIEST,
        queue_entry.c.left_at > sa.func.coalesce(routing_measure.c.at, _EARLIEST),
        queue_entry.c.left_at <= _NOW,
    )
)
_AGREED = (*(aid_agreement.c[name] for name in Agreement._fields[:6]), region.c.zone, aid_agreement.c.hours)
_AGREEMENTS = (
    IN_FORCE.order_by(None)
    .with_only_columns(packed(*_AGREED))
    .join(region, region.c.code == aid_agreement.c.aiding_region)
)
_ORDERS = ORDERS_NOW.with_only_columns(
    packed(aid_order.c.aided_region, aid_order.c.aiding_region, aid_order.c.agents)
)
_DELEGATED = delegating.IN_FORCE.with_only_columns(
    packed(delegation.c.declared_at, delegation.c.id, delegation.c.platform_code, delegation.c.share)
)
_TIES = Written(
    sa.select(
        sa.select(packed(*_HELD.c)).scalar_subquery().label("held"),
        sa.select(packed(*_TAKEN.c)).scalar_subquery().label("taken"),
        _AGREEMENTS.scalar_subquery().label("agreements"),
        _ORDERS.scalar_subquery().label("orders"),
        _DELEGATED.scalar_subquery().label("delegated"),
    )
)

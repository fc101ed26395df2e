"""The queues at a glance: how many wait, where, for what, and since when; and taking the next of one.

A call is *young* while it can still be answered in time. One with a priority stays young however long it has
waited, and goes before all others of its queue.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.written import Written
from callsvc.platforms.tables import platform, region
from callsvc.routing.queries import IN_ORDER, WAITING
from callsvc.routing.rules.freeing import Age
from callsvc.routing.rules.regions import NOBODY, Region
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import queue_entry, routing_decision
from callsvc.routing.views import Group

_ENTRY = queue_entry.c
FIRST = _ENTRY.priority > 0
_IS_ROUTED = routing_decision.c.kind != "delegated"  # which is number 0, before any about who takes it


@dataclass(frozen=True, slots=True)
class Head:
    """Calls of one region that need the same skill and language; arrivals in seconds, ``NOBODY`` for none.

    Of the group ``WHATEVER``: all of the region's.
    """

    region: str
    group: Group
    entries: int
    oldest: float
    young: float
    second: float
    late: float


def heads_of(tx: Tx, terms: Terms) -> list[Head]:
    """What waits in the whole country, by region, skill and language: one query over those who wait."""
    late, second = edges(terms, tx.now)
    return [head_of(row) for row in _HEADS.all(tx, late=late, second=second)]


def heads_here(tx: Tx, terms: Terms, region_code: str) -> list[Head]:
    """The same of one region."""
    late, second = edges(terms, tx.now)
    return [head_of(row) for row in _HERE.all(tx, late=late, second=second, region=region_code)]


def head_of(row: Row[Any]) -> Head:
    """One row of ``HEADS``."""
    return _head(row, row.region_code, (row.skill, row.language))


def whole_of(row: Row[Any], region_code: str) -> Head:
    """One row of ``BY_REGION``: all calls of the region, whatever they need."""
    return _head(row, region_code, WHATEVER)


WHATEVER: Final[Group] = ("", "")


def _head(row: Row[Any], region_code: str, group: Group) -> Head:
    return Head(
        region=region_code,
        group=group,
        entries=row.entries,
        oldest=_seconds(row.oldest),
        young=_seconds(row.young),
        second=_seconds(row.second),
        late=_seconds(row.late),
    )


def edges(terms: Terms, now: datetime) -> tuple[datetime, datetime]:
    """Calls that arrived up to the first instant are late; up to the second, past the second promise too."""
    return now - timedelta(seconds=terms.target_s), now - timedelta(seconds=terms.second_s)


def _earliest(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.min(sa.case((sa.and_(*conditions), _ENTRY.entered_at)))


_LATE: Any = sa.bindparam("late", type_=_ENTRY.entered_at.type)
_SECOND: Any = sa.bindparam("second", type_=_ENTRY.entered_at.type)
_FIGURES = (
    sa.func.count().label("entries"),
    sa.func.min(_ENTRY.entered_at).label("oldest"),
    _earliest((_ENTRY.entered_at > _LATE) | FIRST).label("young"),
    _earliest(_ENTRY.entered_at <= _LATE, _ENTRY.entered_at > _SECOND, ~FIRST).label("second"),
    _earliest(_ENTRY.entered_at <= _LATE, ~FIRST).label("late"),
)
_GROUP = (_ENTRY.region_code, _ENTRY.skill, _ENTRY.language)
HEADS = sa.select(*_GROUP, *_FIGURES).where(WAITING).group_by(*_GROUP)
HERE = HEADS.where(_ENTRY.region_code == sa.bindparam("region"))
BY_REGION = sa.select(_ENTRY.region_code, *_FIGURES).where(WAITING).group_by(_ENTRY.region_code)
YOUNG = (
    sa.select(_ENTRY.skill, _ENTRY.language)
    .where(WAITING, _ENTRY.region_code == sa.bindparam("region"), (_ENTRY.entered_at > _LATE) | FIRST)
    .distinct()
)
_HEADS, _HERE = Written(HEADS), Written(HERE)


def _seconds(at: datetime | None) -> float:
    return NOBODY if at is None else at.timestamp()


def show(place: Region, heads: Iterable[Head]) -> None:
    """Of this region's calls, those the decision at hand may take."""
    mine = [head for head in heads if head.region == place.code]
    place.young_since = min((head.young for head in mine), default=NOBODY)
    place.second_since = min((head.second for head in mine), default=NOBODY)
    place.late_since = min((head.late for head in mine), default=NOBODY)


def pick(
    tx: Tx, region_code: str, age: Age, groups: Collection[Group] | None, terms: Terms
) -> Row[Any] | None:
    """The next call of this age and these skills and languages in a region's queue, held without waiting.

    By priority, then arrival; whatever the age, who has a priority goes first. With it come the names of its
    region and platform, its pool, and how many decisions about it are on record (``decided``). ``groups``
    None: whatever it needs.
    """
    late, second = edges(terms, tx.now)
    if groups is None:
        return _next(age).first(tx, late=late, second=second, region=region_code)
    query = next_of_age(age, any_group=False)
    return tx.first(query, late=late, second=second, region=region_code, groups=sorted(groups))


@cache
def _next(age: Age) -> Written:
    return Written(next_of_age(age, any_group=True))


@cache
def next_of_age(age: Age, *, any_group: bool) -> sa.Select[Any]:
    """What ``pick`` asks. Built once: building such a statement costs more than running it."""
    of_age = {
        "young": _ENTRY.entered_at > _LATE,
        "second": (_ENTRY.entered_at <= _LATE) & (_ENTRY.entered_at > _SECOND),
        "late": _ENTRY.entered_at <= _LATE,
    }[age]
    group = sa.tuple_(_ENTRY.skill, _ENTRY.language).in_(sa.bindparam("groups", expanding=True))
    return (
        with_names()
        .where(
            WAITING,
            _ENTRY.region_code == sa.bindparam("region"),
            sa.true() if any_group else group,
            FIRST | of_age,
        )
        .order_by(*IN_ORDER)
        .limit(1)
        .with_for_update(of=queue_entry, skip_locked=True, key_share=True)
    )


def with_names() -> sa.Select[Any]:
    """Entries as decisions about them need them."""
    decided = sa.select(sa.func.count()).where(routing_decision.c.entry_id == _ENTRY.id, _IS_ROUTED)
    return (
        sa.select(
            queue_entry,
            platform.c.name.label("platform_name"),
            platform.c.pool_code,
            region.c.name.label("region_name"),
            decided.scalar_subquery().label("decided"),
        )
        .join(platform, platform.c.code == _ENTRY.platform_code)
        .join(region, region.c.code == _ENTRY.region_code)
    )

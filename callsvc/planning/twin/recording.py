"""Writes a day down from the books: calls, staffing, agreements, aid. Nothing in it tells who anybody was."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.planning.twin.agreed import AgreementPart, OrderPart
from callsvc.planning.twin.on_duty import changes_between, ready_before, staffing
from callsvc.planning.twin.parts import Hours, OptOut
from callsvc.planning.twin.recordings import RecordedRegion, Recording
from callsvc.platforms.tables import region
from callsvc.routing.aid.agreeing import agreements_at
from callsvc.routing.rules import measuring as figures
from callsvc.routing.rules.agreements import spans_on
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_order, aid_region, queue_entry, reservation
from callsvc.routing.terms import terms_of

ZONE: Final = ZoneInfo("Europe/Paris")
HOUR: Final = 3600.0


@dataclass(frozen=True)
class Span:
    """The part of a day that was worked: full hours around its first and its last event."""

    day: date
    starts_at: datetime
    ends_at: datetime

    def seconds(self, at: datetime) -> float:
        return round((at - self.starts_at).total_seconds(), 3)

    @property
    def hours(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / HOUR


def record_day(tx: Tx, day: date) -> Recording:
    """What happened on this day of Paris, in lived time.

    Raises ``day-not-over`` (it has not begun), ``day-empty`` (nobody called).
    """
    begin, end = (_midnight(day), _midnight(day + timedelta(days=1)))
    if begin > tx.now:
        raise Invalid("day-not-over", "That day has not begun: choose one that is past, or today.")
    calls = _calls(tx, begin, end)
    if not calls:
        raise NotFound("day-empty", f"Nobody waited for an agent on {day}.")
    changes = changes_between(tx, begin, end)
    span = _span(day, [*(row.entered_at for row in calls), *(one.at for one in changes)])
    on_duty = staffing(changes, ready_before(tx, begin), span.starts_at)
    own, aid = _handled(calls)
    handle_s = figures.handling(sum(own), len(own))
    return Recording(
        day=day,
        starts_at=span.starts_at,
        hours=span.hours,
        patience_s=_patience(tx, calls),
        handle_s=handle_s,
        slowness=figures.slowness(sum(own), len(own), sum(aid), len(aid)),
        ring_s=_ringing(calls),
        callbacks_accepted=_accepted(calls, terms_of(tx).callback_after_s),
        regions=_regions(tx, on_duty),
        agreements=agreements_on(tx, span, agreements_at(tx, span.starts_at)),
        orders=_orders(tx, span),
        opt_outs=_opt_outs(tx, span),
        terms=terms_chosen(tx),
        calls=[_told(row, span, tx.now) for row in calls],
    )


def agreements_on(tx: Tx, span: Span, rows: Sequence[Any]) -> list[AgreementPart]:
    """These agreements on that day: each between the hours in which its dates and its week let it hold."""
    zones = {row.code: row.zone for row in tx.all(sa.select(region.c.code, region.c.zone))}
    parts = []
    for row in rows:
        found = spans_on(row.hours, row.starts_at, row.ends_at, zones[row.aiding_region], span.day)
        during = [
            Hours(from_h=max(0.0, span.seconds(begin) / HOUR), to_h=min(span.hours, span.seconds(end) / HOUR))
            for begin, end in found
            if begin < span.ends_at and end > span.starts_at
        ]
        if during:
            whole = len(during) == 1 and during[0].from_h == 0 and during[0].to_h >= span.hours
            parts.append(
                AgreementPart(
                    aided_region=row.aided_region,
                    aiding_region=row.aiding_region,
                    rank=row.rank,
                    activate_wait_s=row.activate_wait_s,
                    release_wait_s=row.release_wait_s,
                    cap=row.cap,
                    during=[] if whole else during,
                )
            )
    return parts


def terms_chosen(tx: Tx) -> dict[str, Any]:
    """The administrator's terms, where they are not those of the twin."""
    usual = asdict(Terms())
    return {name: value for name, value in asdict(terms_of(tx)).items() if value != usual[name]}


def span_of(recording: Recording) -> Span:
    """The span of a day that was recorded."""
    return Span(recording.day, recording.starts_at, recording.starts_at + timedelta(hours=recording.hours))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _span(day: date, events: Sequence[datetime]) -> Span:
    begin = _midnight(day)
    first = math.floor((min(events) - begin).total_seconds() / HOUR)
    last = math.floor((max(events) - begin).total_seconds() / HOUR) + 1
    return Span(day, begin + timedelta(hours=first), begin + timedelta(hours=last))


def _calls(tx: Tx, begin: datetime, end: datetime) -> Sequence[Row[Any]]:
    """Calls that could wait for an agent, each once, with the last conversation it led to."""
    rows = tx.all(
        sa.select(
            queue_entry.c.id,
            queue_entry.c.region_code,
            queue_entry.c.entered_at,
            queue_entry.c.left_at,
            queue_entry.c.left_how,
            reservation.c.agent_region,
            reservation.c.offered_at,
            reservation.c.bridged_at,
            reservation.c.ended_at,
        )
        .outerjoin(
            reservation,
            (reservation.c.entry_id == queue_entry.c.id) & reservation.c.bridged_at.is_not(None),
        )
        .where(
            queue_entry.c.kind == "call",
            queue_entry.c.entered_at >= begin,
            queue_entry.c.entered_at < end,
            sa.or_(queue_entry.c.left_how.is_(None), queue_entry.c.left_how != "closed"),
        )
        .order_by(queue_entry.c.entered_at, queue_entry.c.id, reservation.c.bridged_at)
    )
    return list({row.id: row for row in rows}.values())  # of two, the agent's line broke during the first


def _told(row: Row[Any], span: Span, now: datetime) -> Any:
    """Seconds, region, seconds it kept an agent, seconds waited, how it left, who answered."""
    left = row.left_how if row.left_how in ("connected", "hung-up", "callback", "unavailable") else "waiting"
    waited_s = ((row.left_at or now) - row.entered_at).total_seconds()
    kept_s = _kept(row)
    return (
        span.seconds(row.entered_at),
        row.region_code,
        None if kept_s is None else round(kept_s, 3),
        round(max(0.0, waited_s), 3),
        left,
        row.agent_region or "",
    )


def _kept(row: Row[Any]) -> float | None:
    """From the offer, through talk, to the end of the wrap-up; None while it is not over."""
    if row.bridged_at is None or row.ended_at is None:
        return None
    return float((row.ended_at - row.offered_at).total_seconds())


def _handled(calls: Sequence[Row[Any]]) -> tuple[list[float], list[float]]:
    """Seconds of the calls answered at home, and of those answered by another region."""
    own: list[float] = []
    aid: list[float] = []
    for row in calls:
        kept_s = _kept(row)
        if kept_s is not None:
            (own if row.agent_region == row.region_code else aid).append(kept_s)
    return own, aid


def _patience(tx: Tx, calls: Sequence[Row[Any]]) -> float:
    """By maximum likelihood from censored waits: all seconds waited over those who gave up."""
    waited_s = sum(((row.left_at or tx.now) - row.entered_at).total_seconds() for row in calls)
    return figures.patience(waited_s, sum(row.left_how == "hung-up" for row in calls))


def _ringing(calls: Sequence[Row[Any]]) -> float:
    rang = [(row.bridged_at - row.offered_at).total_seconds() for row in calls if row.bridged_at is not None]
    return round(fmean(rang), 3) if rang else 0.0


def _accepted(calls: Sequence[Row[Any]], after_s: float | None) -> float:
    """The part that took a callback of those who waited until one is offered."""
    if after_s is None:
        return 0.0
    waited = [
        row for row in calls if row.left_at and (row.left_at - row.entered_at).total_seconds() >= after_s
    ]
    return sum(row.left_how == "callback" for row in waited) / len(waited) if waited else 0.0


def _regions(tx: Tx, on_duty: Mapping[str, list[tuple[float, int]]]) -> list[RecordedRegion]:
    """Every region, with what it declares now."""
    rows = tx.all(
        sa.select(region.c.code, region.c.name, aid_region.c.floor, aid_region.c.reserve)
        .outerjoin(aid_region, aid_region.c.region_code == region.c.code)
        .order_by(region.c.code)
    )
    return [
        RecordedRegion(
            code=row.code,
            name=row.name,
            floor=row.floor,
            reserve=row.reserve,
            staffing=on_duty.get(row.code, []),
        )
        for row in rows
    ]


def _opt_outs(tx: Tx, span: Span) -> list[OptOut]:
    """Regions that give no aid now and said so before the day ended. What they took back is not kept."""
    rows = tx.all(sa.select(aid_region).where(aid_region.c.opted_out, aid_region.c.changed_at < span.ends_at))
    return [
        OptOut(regions=[row.region_code], from_h=max(0.0, span.seconds(row.changed_at) / HOUR))
        for row in rows
    ]


def _orders(tx: Tx, span: Span) -> list[OrderPart]:
    """What was lent on purpose, from the answer to its end."""
    rows = tx.all(
        sa.select(aid_order)
        .where(aid_order.c.agents > 0, aid_order.c.answered_at < span.ends_at)
        .order_by(aid_order.c.answered_at, aid_order.c.id)
    )
    found = []
    for row in rows:
        begin = max(row.answered_at, span.starts_at)
        end = min(row.ended_at or row.until_at, row.until_at, span.ends_at)
        if begin < end:
            found.append(
                OrderPart(
                    aided=row.aided_region,
                    aiding=row.aiding_region,
                    agents=row.agents,
                    from_h=span.seconds(begin) / HOUR,
                    to_h=span.seconds(end) / HOUR,
                )
            )
    return found

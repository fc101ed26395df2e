"""What the carrier says about a leg: bound by SID, joined upwards, told once.

News comes as status callbacks, as the voice request of an answer, and as what we fetched; duplicated, late
and reordered. All of it goes through ``record_status``; a second telling changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from callsvc.calls.events import LegAnswered, LegEnded, LegPlaced, LegRevised, LegRevived
from callsvc.calls.queries import find_leg
from callsvc.calls.tables import leg, leg_transition, live_call
from callsvc.carrier.vocabulary import (
    CALL_OVER,
    CALL_RANK,
    COMPLETED,
    IN_PROGRESS,
    INITIATED,
    QUEUED,
    RINGING,
    rises,
)
from callsvc.core import incidents
from callsvc.core.db import Tx
from callsvc.core.jobs import next_check

report_incident = incidents.report_incident

_LONGEST_INBOUND = timedelta(hours=4, minutes=5)  # lived: as long as anything of ours may last, and a margin


_ROUNDING = timedelta(seconds=3)  # an end and a duration in whole seconds, and a request under way


@dataclass(frozen=True, kw_only=True)
class News:
    """One word of the carrier. ``at`` is lived; ``carrier_time`` says that it is the carrier's own."""

    status: str
    at: datetime
    source: str  # callback, voice, fetch, list
    carrier_time: bool = False
    duration_s: int | None = None
    answered_by: str | None = None


def bind_sid(tx: Tx, row: Row[Any], sid: str) -> bool:
    """Tie a leg to the carrier's call. False if it is tied to another one: a second call for one intent."""
    if row.sid == sid:
        return True
    if row.sid is not None:
        report_incident(tx, "second-call-for-leg", row.id, first=row.sid, second=sid)
        return False
    revived = row.placement not in ("claimed", "in-doubt")
    tx.update(
        leg,
        leg.c.id == row.id,
        sid=sid,
        placement="placed",
        lease_until=None,
        settle_at=None,
        first_missed_at=None,
        news_at=tx.machine_now,
        checks=0,
        check_at=tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, 0),
    )
    facts = {"leg_id": row.id, "call_id": row.call_id, "role": row.role, "direction": "outbound"}
    tx.emit(LegPlaced(**facts, at=tx.now))
    if revived:
        _revive(tx, row, sid)
        tx.emit(LegRevived(**facts, at=tx.now))
    return True


def _revive(tx: Tx, row: Row[Any], sid: str) -> None:
    """We had proof that it was not placed, and here it is: keep the books, say so, and guard its number."""
    guarded = row.number_id is None or tx.insert_once(
        live_call, number_id=row.number_id, attempt_id=row.id, since=tx.now
    )
    tx.update(leg, leg.c.id == row.id, end_asked_at=None)
    report_incident(tx, "placed-after-all", row.id, sid=sid, placement=row.placement, guarded=guarded)


def record_status(tx: Tx, leg_id: str, news: News) -> bool:
    """Join one word of the carrier into the leg; True if it rose. The row must be locked and bound."""
    row = find_leg(tx, leg_id)
    if row is None:
        return False
    changes: dict[str, Any] = {"news_at": tx.machine_now, "first_missed_at": None} | _instants(row, news)
    if news.answered_by and not row.answered_by:
        changes["answered_by"] = news.answered_by
    if news.duration_s is not None and (row.duration_s is None or news.duration_s > row.duration_s):
        changes["duration_s"] = news.duration_s
    rose = rises(row.status, news.status, CALL_RANK)
    if rose:
        changes["status"] = news.status
    if _was_answered(news) and _tells_another_answer(row, news):
        changes["answered_at"] = _answer_by_the_end(news)
    tx.update_row(leg, leg_id, **changes | _timing(tx, row, news, rose))
    if news.status in CALL_RANK:
        tx.insert_once(
            leg_transition,
            leg_id=leg_id,
            status=news.status,
            at=news.at,
            source=news.source,
            recorded_machine_at=tx.machine_now,
        )
    if rose:
        _tell(tx, row, news)
    return rose


def look_soon(tx: Tx, leg_id: str, within: timedelta) -> None:
    """Something says that this leg is over: ask the carrier ``within`` this machine time, news or not."""
    soon = tx.machine_now + within
    live = (leg.c.id == leg_id) & leg.c.ended_at.is_(None) & (leg.c.check_at > soon)
    tx.update(leg, live, check_at=soon)


def _timing(tx: Tx, row: Row[Any], news: News, rose: bool) -> dict[str, Any]:
    """When to ask for news next, and a caller's deadline. What we fetched ourselves in vain is no news."""
    timing: dict[str, Any] = {}
    if news.status in CALL_OVER or row.lost_at is not None:
        timing["check_at"] = None
    elif row.status not in CALL_OVER and (rose or news.source != "fetch" or row.check_at is None):
        check_at = tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, 0)
        timing |= {"checks": 0, "check_at": check_at}
    if row.placement == "received" and row.deadline_at is None:
        timing["deadline_at"] = row.planned_at + _LONGEST_INBOUND
    return timing


def _was_answered(news: News) -> bool:
    return news.carrier_time and (
        news.status == COMPLETED or (news.status in CALL_OVER and bool(news.duration_s))
    )


def _answer_by_the_end(news: News) -> datetime:
    return news.at - timedelta(seconds=news.duration_s or 0)


def _tells_another_answer(row: Row[Any], news: News) -> bool:
    """True if every word of the answer was lost, or ours came late (a first request that had to be repeated).

    The carrier's end less its seconds tells the answer to about two seconds.
    """
    if row.answered_at is None:
        return True
    return bool(abs(row.answered_at - _answer_by_the_end(news)) > _ROUNDING)


def _instants(row: Row[Any], news: News) -> dict[str, Any]:
    """The carrier's own times replace ours; ours fill what it did not tell."""
    column = {RINGING: "rang_at", IN_PROGRESS: "answered_at"}.get(news.status)
    if news.status in CALL_OVER:
        column = "ended_at"
    if column is None or (getattr(row, column) is not None and not news.carrier_time):
        return {}
    return {column: news.at}


def _tell(tx: Tx, row: Row[Any], news: News) -> None:
    direction = "inbound" if row.placement == "received" else "outbound"
    was_over = row.status in CALL_OVER or row.lost_at is not None
    facts = {"leg_id": row.id, "call_id": row.call_id, "role": row.role, "direction": direction}
    if not was_over and (news.status == IN_PROGRESS or (news.status == COMPLETED and not was_answered(row))):
        # A completed call was answered, even when the word "in-progress" was lost on the way.
        tx.emit(LegAnswered(**facts, at=news.at))
    if news.status in CALL_OVER and not was_over:
        answered = was_answered(row) or news.status == COMPLETED
        tx.emit(LegEnded(**facts, at=news.at, status=news.status, answered=answered))
    elif news.status in CALL_OVER:
        answered = row.answered_at is not None or news.status == COMPLETED
        was = row.status if row.status in CALL_OVER else None
        tx.emit(LegRevised(**facts, at=news.at, status=news.status, answered=answered, was=was))


def was_answered(row: Row[Any]) -> bool:
    """True if somebody picked up, for a leg that is not over yet."""
    return row.status not in (None, QUEUED, INITIATED, RINGING)

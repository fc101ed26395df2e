"""Opt-outs and stops reach the calls under way: planned ones are withdrawn, live ones ended.

An emergency stop is a row first: in one transaction nothing more is claimed, what was not sent is withdrawn,
what is at the carrier is marked to end. Then the carrier is told, by several requests at a time; whoever does
that may die, and a worker goes on. What was found and what became of it is the report.
"""

import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal
from callsvc.calls.ending import ask_ends, end_all, endings_due
from callsvc.calls.placing import give_up
from callsvc.calls.tables import call, leg, stopped_leg
from callsvc.calls.updates import end_leg
from callsvc.campaigns.events import CampaignStopped
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import gated, stop_in_force
from callsvc.campaigns.history import note_change
from callsvc.campaigns.service import change_state
from callsvc.campaigns.tables import campaign, campaign_contact, stop_order
from callsvc.contacts.events import NumberSuppressed
from callsvc.core.db import Tx, again_after_deadlock
from callsvc.dialing.stop_reports import StopReport, stop_report
from callsvc.messages.stopping import cancel_unsent
from callsvc.runtime import Runtime

_UNDER_WAY = sa.and_(
    leg.c.role == "contact",
    leg.c.placement.in_(("planned", "claimed", "in-doubt", "placed")),
    leg.c.ended_at.is_(None),
)
_UNANSWERED = _UNDER_WAY & leg.c.answered_at.is_(None)
_LEASE = timedelta(seconds=4)  # machine time: after that the ticker has it done
_SLICE = 64  # calls ended between two looks at the books
_PATIENCE_S = 8.0  # real time: how long whoever stops stays with it; then the ticker's jobs do
_ROUND_S = 0.1


def cancel_suppressed(tx: Tx, event: NumberSuppressed) -> None:
    """Calls to this number that nobody has answered yet are cancelled; the answer webhook catches the rest.

    The call in which the person opted out is answered, and goes on to say goodbye.
    """
    if event.scope == "sms":
        return
    query = (
        sa.select(leg.c.id)
        .join(call, call.c.id == leg.c.call_id)
        .where(leg.c.number_id == event.number_id, _UNANSWERED)
    )
    if event.scope == "purpose":
        query = (
            query.join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
            .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
            .where(campaign.c.purpose == event.purpose)
        )
    for row in tx.all(query):
        end_leg(tx, row.id)


def cancel_stopped(tx: Tx, event: CampaignStopped) -> None:
    """Stop cancels what is planned, queued or rings; who has answered already is not hung up on."""
    stop_id = _new_order(tx, event.campaign_id, event.by)
    _take_back(tx, stop_id, event.campaign_id)


def emergency_stop(
    rt: Runtime, campaign_id: str | None, by: str, *, principal: Principal | None = None
) -> StopReport:
    """Stop one campaign for good, or (None) everything until it is lifted; returns what that did.

    Everything: campaigns that run are paused, keep their people, and start again by hand once an
    administrator has lifted the stop. Asked again it does nothing new, and returns the same report.
    """
    if campaign_id is None:
        stop_id = again_after_deadlock(lambda: _stop_everything(rt, by))
    else:
        stop_id = again_after_deadlock(lambda: _stop_one(rt, campaign_id, by, principal))
    carry_out(rt, stop_id)
    with rt.db.read() as tx:
        return stop_report(tx, stop_id)


def _stop_one(rt: Runtime, campaign_id: str, by: str, principal: Principal | None) -> str:
    with rt.db.read() as tx:
        known = _last_order(tx, campaign_id) if campaign_row(tx, campaign_id).state == "stopped" else None
    if known is not None:
        return str(known.id)
    change_state(rt, campaign_id, "stop", by, principal=principal)
    with rt.db.read() as tx:
        ordered = _last_order(tx, campaign_id)
    assert ordered is not None  # noqa: S101 - the reaction to the stop wrote it
    return str(ordered.id)


def _stop_everything(rt: Runtime, by: str) -> str:
    with rt.db.begin() as tx:
        gated(tx, alone=True)
        known = stop_in_force(tx)
        stop_id = str(known.id) if known is not None else _new_order(tx, None, by)
        running = sa.select(campaign.c.id).where(campaign.c.state == "running").order_by(campaign.c.id)
        paused = tx.all(running.with_for_update(key_share=True))
        for row in paused:
            tx.update(campaign, campaign.c.id == row.id, state="paused", changed_at=tx.now)
            states = {"before": {"state": "running"}, "after": {"state": "paused"}}
            note_change(tx, row.id, by, "emergency-stop", **states)
        _add(tx, stop_id, campaigns=len(paused))
        _take_back(tx, stop_id, None)
        tx.changed("operations", subject="stop")
    return stop_id


def _new_order(tx: Tx, campaign_id: str | None, by: str) -> str:
    stop_id = tx.new_id("stp")
    new = tx.insert_once(
        stop_order,
        id=stop_id,
        everything=campaign_id is None,
        campaign_id=campaign_id,
        asked_by=by,
        asked_at=tx.now,
        asked_machine_at=tx.machine_now,
        lease_until=tx.machine_now,
        campaigns=0 if campaign_id is None else 1,
    )
    if not new:  # somebody else stops everything at this very moment
        known = stop_in_force(tx)
        assert known is not None  # noqa: S101 - its row is what was in the way
        return str(known.id)
    tx.enqueue("carry_out_stop", stop_id)
    return stop_id


def _take_back(tx: Tx, stop_id: str, campaign_id: str | None) -> None:
    """Withdraw what was not sent yet and mark what is at the carrier; the campaigns' rows are held.

    A claim takes its campaign's row too: what was claimed before is found here, and nothing is claimed after.
    """
    query = (
        sa.select(leg)
        .join(call, call.c.id == leg.c.call_id)
        .where(_UNDER_WAY, call.c.direction == "outbound", leg.c.end_asked_at.is_(None))
        .order_by(leg.c.id)
    )
    if campaign_id is not None:
        query = query.join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        query = query.where(campaign_contact.c.campaign_id == campaign_id)
    rows = tx.all(query.with_for_update(of=leg, key_share=True))
    answered = [row for row in rows if row.answered_at is not None]
    planned = [row for row in rows if row.placement == "planned"]
    out = [row for row in rows if row.answered_at is None and row.placement != "planned"]
    for row in planned:
        give_up(tx, row, "withdrawn", "ended-before-dialling")
    ask_ends(tx, [row.id for row in out], lease=_LEASE)
    if out:
        found = [{"stop_id": stop_id, "leg_id": row.id, "found": _found(row)} for row in out]
        tx.execute(stopped_leg.insert(), found)
        tx.update(stop_order, stop_order.c.id == stop_id, lease_until=tx.machine_now)
    _add(
        tx,
        stop_id,
        planned_dropped=len(planned),
        in_progress_left=len(answered),
        sms_canceled=cancel_unsent(tx, campaign_id),
    )


def _found(row: Row[Any]) -> str:
    if row.sid is None:
        return "unknown"
    return "ringing" if row.status == "ringing" else "queued"


def _add(tx: Tx, stop_id: str, **counts: int) -> None:
    more = {name: stop_order.c[name] + count for name, count in counts.items() if count}
    if more:
        tx.update(stop_order, stop_order.c.id == stop_id, **more)


def _last_order(tx: Tx, campaign_id: str) -> Row[Any] | None:
    mine = sa.select(stop_order).where(stop_order.c.campaign_id == campaign_id)
    return tx.first(mine.order_by(stop_order.c.asked_at.desc(), stop_order.c.id.desc()).limit(1))


def carry_out(rt: Runtime, stop_id: str, *, patience_s: float = _PATIENCE_S) -> bool:
    """Tell the carrier what a stop has marked; True once all of it is settled.

    Safe to run by several at once and again: a call that has ended cannot be ended again. After
    ``patience_s`` what is left is the ticker's.
    """
    until = time.monotonic() + patience_s
    mine = sa.select(stopped_leg.c.leg_id).where(stopped_leg.c.stop_id == stop_id)
    tried = False
    while True:
        with rt.db.begin() as tx:
            due = endings_due(tx, mine)
            working = {"lease_until": tx.machine_now + _LEASE}
            over = {"lease_until": None, "done_machine_at": tx.machine_now}
            opened = (stop_order.c.id == stop_id) & stop_order.c.lease_until.is_not(None)
            tx.update(stop_order, opened, **(working if due else over))
        if not due:
            return True
        if tried and time.monotonic() >= until:
            return False
        tried = True
        ready = [one for one in due if one.over or one.sid is not None]
        settled = sum(
            end_all(rt, ready[start : start + _SLICE], lease=_LEASE) for start in range(0, len(ready), _SLICE)
        )
        if settled < len(due):
            time.sleep(_ROUND_S)


def carry_out_left(rt: Runtime) -> int:
    """Ask for the stops that nobody is at work on any more; returns how many."""
    with rt.db.read() as tx:
        left = tx.all(sa.select(stop_order.c.id).where(stop_order.c.lease_until <= tx.machine_now))
    if left:
        with rt.db.begin() as tx:
            for row in left:
                open_still = (stop_order.c.id == row.id) & (stop_order.c.lease_until <= tx.machine_now)
                if tx.update(stop_order, open_still, lease_until=tx.machine_now + _LEASE):
                    tx.enqueue("carry_out_stop", row.id)
    return len(left)

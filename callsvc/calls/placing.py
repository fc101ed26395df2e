"""Placing a leg at the carrier: intent first, then the request, then the record.

Whatever dies between two of these steps leaves a row that says so: a planned leg is enqueued again, a claimed
one whose lease ran out is in doubt, a leg in doubt is settled by its first webhook or by listing the
carrier's calls to that number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.engine import Row

from callsvc.calls.events import LegNotPlaced
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status
from callsvc.calls.tables import call, leg
from callsvc.carrier.alarms import tell_refusal
from callsvc.carrier.port import CallOrder, CarrierCall, CarrierError, InDoubt, Refused, Throttled
from callsvc.carrier.refusals import reason_of
from callsvc.core.db import Tx
from callsvc.core.jobs import ASK_AGAIN
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

_MARGIN = timedelta(minutes=5)  # lived: how long the carrier may take to tell that its own limit was reached


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to send one request for one leg, until ``lease_until`` (machine time)."""

    leg_id: str
    order: CallOrder
    lease_until: datetime


def open_call(tx: Tx, *, direction: str, region_code: str, platform_code: str, **whose: Any) -> str:
    """A call that begins now, as yet without a leg; its id. ``whose``: further columns of ``call``."""
    call_id = tx.new_id("cal")
    tx.insert(
        call,
        id=call_id,
        direction=direction,
        region_code=region_code,
        platform_code=platform_code,
        started_at=tx.now,
        **whose,
    )
    return call_id


def plan_leg(tx: Tx, *, call_id: str, role: str, number_id: str | None, agent_id: str | None) -> str:
    """Write the intent. The caller enqueues the job; the ticker enqueues it again if that gets lost."""
    leg_id = tx.new_id("leg")
    tx.insert(
        leg,
        id=leg_id,
        call_id=call_id,
        role=role,
        number_id=number_id,
        agent_id=agent_id,
        placement="planned",
        planned_at=tx.now,
        news_at=tx.machine_now,
        lease_until=tx.machine_now + ASK_AGAIN,
    )
    return leg_id


def order_for(settings: Settings, leg_id: str, **facts: Any) -> CallOrder:
    """The carrier's order for a leg: every URL carries the leg's id, so that any webhook proves the call."""
    base = settings.public_base_url.rstrip("/")
    return CallOrder(
        answer_url=f"{base}/webhooks/voice/{leg_id}/0",
        fallback_url=f"{base}/webhooks/voice/{leg_id}/fallback",
        status_url=f"{base}/webhooks/status/{leg_id}#rc=3&rp=all",
        **facts,
    )


def claim_leg(tx: Tx, row: Row[Any], order: CallOrder) -> Claim:
    """Take the planned leg; the caller holds its row and has checked that it may be called."""
    lease_until = tx.machine_now + timedelta(seconds=tx.settings.callsvc_lease_s)
    longest = timedelta(seconds=order.ring_timeout_s + order.time_limit_s) + _MARGIN
    tx.update(
        leg,
        (leg.c.id == row.id) & (leg.c.placement == "planned"),
        deadline_at=tx.now + longest,
        placement="claimed",
        claimed_at=tx.now,
        lease_until=lease_until,
        news_at=tx.machine_now,
        caller=order.from_,
    )
    return Claim(leg_id=row.id, order=order, lease_until=lease_until)


def give_up(tx: Tx, row: Row[Any], placement: str, reasons: str) -> None:
    """The leg never existed at the carrier: refused or withdrawn by us, or proven not placed."""
    tx.update(
        leg, leg.c.id == row.id, placement=placement, reasons=reasons[:200], lease_until=None, settle_at=None
    )
    tx.emit(
        LegNotPlaced(
            leg_id=row.id,
            call_id=row.call_id,
            role=row.role,
            direction="outbound",
            at=tx.now,
            placement=placement,
            reasons=reasons,
        )
    )


def send_claim(rt: Runtime, claim: Claim) -> None:
    """Send the one request of a claim and record what is known of it. Never called in a transaction."""
    if rt.machine.now() >= claim.lease_until - timedelta(seconds=0.1):
        # Too late: somebody may already be settling this leg. It stays claimed, and becomes in doubt.
        log.warning("claim-expired-unsent", leg=claim.leg_id)
        return
    try:
        call = rt.carrier.create_call(claim.order)
    except InDoubt as error:
        log.warning("leg-in-doubt", leg=claim.leg_id, reason=str(error))
        with rt.db.begin() as tx:
            mark_in_doubt(tx, claim.leg_id)
    except CarrierError as error:
        with rt.db.begin() as tx:
            row = lock_leg(tx, claim.leg_id)
            if row.placement == "claimed":
                tell_refusal(tx, error)
                give_up(tx, row, "not-placed", _reason(error))
    else:
        with rt.db.begin() as tx:
            record_placed(tx, claim.leg_id, call)


def _reason(error: CarrierError) -> str:
    if isinstance(error, Refused):
        return reason_of(error.code)
    return "throttled" if isinstance(error, Throttled) else "unsent"


def mark_in_doubt(tx: Tx, leg_id: str) -> None:
    """Perhaps it was placed. Looked up after a settle time longer than any request can still be under way."""
    row = lock_leg(tx, leg_id)
    if row.placement == "claimed":
        settle_at = tx.machine_now + timedelta(seconds=tx.settings.callsvc_settle_s)
        tx.update(leg, leg.c.id == leg_id, placement="in-doubt", lease_until=None, settle_at=settle_at)


def record_placed(tx: Tx, leg_id: str, call: CarrierCall) -> None:
    """Save the SID; the first webhook may have been quicker."""
    row = lock_leg(tx, leg_id)
    if bind_sid(tx, row, call.sid):
        record_status(tx, leg_id, News(status=call.status, at=tx.now, source="fetch"))

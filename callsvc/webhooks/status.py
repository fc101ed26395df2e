"""Call status callbacks: bound to their leg by the id in the URL, joined upwards, answered fast."""

from callsvc.calls.queries import find_leg_by_sid, lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status
from callsvc.carrier.vocabulary import verdict
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.requests import CarrierRequest


def record(rt: Runtime, leg_id: str, given: CarrierRequest) -> None:
    """One status callback of a leg we dialled."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if _new(tx, leg_id, given) and bind_sid(tx, row, given.text("CallSid")):
            record_status(tx, leg_id, news_of(tx, given))


def record_inbound(rt: Runtime, given: CarrierRequest) -> None:
    """One status callback of a call that came to us: known by its SID."""
    with rt.db.begin() as tx:
        found = find_leg_by_sid(tx, given.text("CallSid"))
        if found is None:
            raise NotFound("leg-unknown", "No call of ours has this SID.")
        row = lock_leg(tx, found.id)
        if _new(tx, row.id, given):
            record_status(tx, row.id, news_of(tx, given))


def _new(tx: Tx, leg_id: str, given: CarrierRequest) -> bool:
    sequence = given.text("SequenceNumber") or given.text("CallStatus")
    key = f"status:{given.text('CallSid')}:{sequence}"
    return first_time(tx, key, leg_id, status=given.text("CallStatus"), sequence=sequence)


def news_of(tx: Tx, given: CarrierRequest) -> News:
    told_at = given.instant("Timestamp")
    return News(
        status=given.text("CallStatus"),
        at=told_at or tx.now,
        source="callback",
        carrier_time=told_at is not None,
        duration_s=given.number("CallDuration"),
        answered_by=verdict(given.text("AnsweredBy")),
    )

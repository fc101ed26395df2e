"""What became of a message that was sent, or may have been: recorded, looked for, or proven not to exist."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.carrier.port import CarrierError, CarrierMessage
from callsvc.contacts.numbers import reveal
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.incidents import report_once
from callsvc.messages.service import (
    bind_message,
    give_up_message,
    lock_message,
    record_message_status,
    stop_watching,
)
from callsvc.messages.tables import message
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

_SKEW = timedelta(seconds=60)  # lived
_LOOKS_TOLD = 10  # so many looks without an answer, and a person is told


def record_sent(tx: Tx, row: Row[Any], sent: CarrierMessage) -> None:
    if bind_message(tx, row, sent.sid):
        record_message_status(
            tx, row.id, sent.status, at=sent.created_at or tx.now, error_code=sent.error_code
        )


def doubt(tx: Tx, row: Row[Any]) -> None:
    if row.placement == "claimed":
        settle_at = tx.machine_now + timedelta(seconds=tx.settings.callsvc_settle_s)
        tx.update(
            message, message.c.id == row.id, placement="in-doubt", lease_until=None, settle_at=settle_at
        )


def expire_message_claims(rt: Runtime) -> int:
    """Messages whose worker died between claim and record are in doubt."""
    with rt.db.read() as tx:
        late = tx.all(
            sa.select(message.c.id).where(
                message.c.placement == "claimed", message.c.lease_until < tx.machine_now
            )
        )
    for row in late:
        with rt.db.begin() as tx:
            doubt(tx, lock_message(tx, row.id))
    return len(late)


def settle_message(rt: Runtime, message_id: str) -> None:
    """Look for a message in doubt among the carrier's messages to the same number, by body and time."""
    with rt.db.read() as tx:
        row = tx.first(sa.select(message).where(message.c.id == message_id))
        if row is None or row.placement != "in-doubt":
            return
        number = tx.first(sa.select(phone_number).where(phone_number.c.id == row.number_id))
        to = reveal(tx, number) if number is not None else ""
        body = tx.keyring.decrypt(row.body, f"message:{row.id}")
    try:
        sent = rt.carrier.list_messages(to=to)
    except CarrierError as error:
        log.warning("settle-postponed", message=message_id, reason=str(error))
        with rt.db.begin() as tx:
            _unanswered(tx, lock_message(tx, message_id))
        return
    with rt.db.begin() as tx:
        row = lock_message(tx, message_id)
        if row.placement == "in-doubt":
            _settle(tx, row, [one for one in sent if one.body == body])


def _settle(tx: Tx, row: Row[Any], sent: list[CarrierMessage]) -> None:
    since = row.claimed_at - _SKEW
    young = [one for one in sent if one.created_at is not None and one.created_at >= since]
    sids = [one.sid for one in young]
    taken = {found.sid for found in tx.all(sa.select(message.c.sid).where(message.c.sid.in_(sids)))}
    free = [one for one in young if one.sid not in taken]
    if free:
        record_sent(tx, row, free[-1])
        return
    settle = timedelta(seconds=tx.settings.callsvc_settle_s)
    first_missed_at = row.first_missed_at or tx.machine_now
    if tx.machine_now - first_missed_at >= settle:
        # Two jobs in a row are one look: only a settle time between makes it two.
        give_up_message(tx, row, "not-placed", "not-found")
        return
    settle_at = tx.machine_now + settle
    tx.update(message, message.c.id == row.id, first_missed_at=first_missed_at, settle_at=settle_at)


def _unanswered(tx: Tx, row: Row[Any]) -> None:
    """The carrier did not even answer: nothing is proven. Told once it has lasted."""
    if row.placement != "in-doubt":
        return
    settle_at = tx.machine_now + timedelta(seconds=tx.settings.callsvc_settle_s)
    tx.update(message, message.c.id == row.id, checks=row.checks + 1, settle_at=settle_at)
    if row.checks + 1 >= _LOOKS_TOLD:
        report_once(tx, "doubt-unanswered", row.id, looks=row.checks + 1)


def reconcile_message(rt: Runtime, message_id: str) -> None:
    """Fetch a message without news; its callbacks may be lost for good."""
    with rt.db.begin() as tx:
        row = lock_message(tx, message_id)
        sid = row.sid
        if sid is None or stop_watching(tx, row):
            return
    try:
        told = rt.carrier.fetch_message(sid)
    except CarrierError as error:
        log.warning("reconcile-postponed", message=message_id, reason=str(error))
        return
    with rt.db.begin() as tx:
        record_message_status(tx, message_id, told.status, at=tx.now, error_code=told.error_code)

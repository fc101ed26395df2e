"""SMS out and in. Planned in the transaction that wants it, sent after, and never twice."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from callsvc.carrier.vocabulary import MESSAGE_OVER, MESSAGE_RANK, rises
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.core.jobs import ASK_AGAIN, next_check
from callsvc.messages.events import MessageEnded, MessageReceived, MessageSent
from callsvc.messages.rules import is_opt_out
from callsvc.messages.tables import message

log = structlog.get_logger(__name__)

_LONGEST_WATCH = timedelta(hours=24)  # lived: a carrier tells a message's end within a day, or never
UNTOLD = "end-never-told"
STOP_CONFIRMED = "stop:"  # the cause of the one message that a suppression of SMS does not hold back


def plan_message(
    tx: Tx,
    *,
    number_id: str,
    body: str,
    sender: str,
    purpose: str,
    cause: str,
    campaign_contact_id: str | None,
) -> str | None:
    """Write the intent of one SMS; its id, or None where the same ``cause`` has planned one before.

    ``cause`` names what wants it, such as a turn of a session: it never sends two.
    """
    message_id = tx.new_id("msg")
    planned = tx.insert_once(
        message,
        id=message_id,
        direction="outbound",
        number_id=number_id,
        cause=cause,
        purpose=purpose,
        sender=sender,
        campaign_contact_id=campaign_contact_id,
        placement="planned",
        planned_at=tx.now,
        news_at=tx.machine_now,
        body=tx.keyring.encrypt(body, f"message:{message_id}"),
        lease_until=tx.machine_now + ASK_AGAIN,
    )
    if not planned:
        return None
    tx.enqueue("send_messages", message_id)
    return message_id


def lock_message(tx: Tx, message_id: str) -> Row[Any]:
    row = tx.first(sa.select(message).where(message.c.id == message_id).with_for_update(key_share=True))
    if row is None:
        raise NotFound("message-unknown", "No message of ours has this id.")
    return row


def bind_message(tx: Tx, row: Row[Any], sid: str) -> bool:
    """Tie a message to the carrier's; False if it is tied to another one, or the carrier's to another."""
    if row.sid is not None:
        return bool(row.sid == sid)
    try:
        with tx.savepoint():
            tx.update(
                message,
                message.c.id == row.id,
                sid=sid,
                placement="placed",
                lease_until=None,
                settle_at=None,
                first_missed_at=None,
                news_at=tx.machine_now,
                checks=0,
                check_at=tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, 0),
            )
    except IntegrityError:
        log.error("message-sid-taken", message=row.id, sid=sid)
        return False
    tx.emit(MessageSent(message_id=row.id, campaign_contact_id=row.campaign_contact_id, at=tx.now))
    return True


def record_message_status(
    tx: Tx, message_id: str, status: str, *, at: datetime, error_code: int | None
) -> None:
    """Join one word of the carrier into a message. The row must be locked."""
    row = lock_message(tx, message_id)
    changes: dict[str, Any] = {"news_at": tx.machine_now, "first_missed_at": None}
    if error_code and not row.error_code:
        changes["error_code"] = error_code
    rose = rises(row.status, status, MESSAGE_RANK)
    if rose:
        check_at = tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, 0)
        changes |= {"status": status, "checks": 0, "check_at": None if status in MESSAGE_OVER else check_at}
    if status in ("sent", "delivered") and row.sent_at is None:
        changes["sent_at"] = at
    if status == "delivered" and row.delivered_at is None:
        changes["delivered_at"] = at
    tx.update(message, message.c.id == message_id, **changes)
    if rose and status in MESSAGE_OVER and row.status not in MESSAGE_OVER:
        _ended(tx, row, status)


def stop_watching(tx: Tx, row: Row[Any]) -> bool:
    """True once a message without an end has been watched for a day: it is not asked for again.

    It was sent, and stays so; only our own note says that its end was never told.
    """
    if tx.now - row.planned_at < _LONGEST_WATCH or row.status in MESSAGE_OVER:
        return False
    tx.update(message, message.c.id == row.id, check_at=None, reasons=UNTOLD)
    return True


def give_up_message(tx: Tx, row: Row[Any], placement: str, reasons: str) -> None:
    """The message never existed at the carrier: refused by us or by it, or proven not placed."""
    tx.update(
        message,
        message.c.id == row.id,
        placement=placement,
        reasons=reasons[:200],
        lease_until=None,
        settle_at=None,
    )
    _ended(tx, row, placement)


def _ended(tx: Tx, row: Row[Any], status: str) -> None:
    tx.emit(
        MessageEnded(message_id=row.id, campaign_contact_id=row.campaign_contact_id, status=status, at=tx.now)
    )


def receive_message(tx: Tx, *, sid: str, number_id: str, body: str, to: str) -> str:
    """Store an SMS a person sent us, once; returns its id. ``to`` is the number of ours it came to."""
    message_id = tx.new_id("msg")
    stored = tx.insert_once(
        message,
        id=message_id,
        direction="inbound",
        number_id=number_id,
        placement="received",
        status="received",
        sender=to[:20],
        sid=sid,
        planned_at=tx.now,
        news_at=tx.machine_now,
        body=tx.keyring.encrypt(body, f"message:{message_id}"),
    )
    if stored:
        said = MessageReceived(
            message_id=message_id, number_id=number_id, opt_out=is_opt_out(body), at=tx.now
        )
        tx.emit(said)
    return message_id

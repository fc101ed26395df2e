"""Outgoing messages: queued, sent, delivered or not, each told to the status callback but the first.

"Status callbacks are not sent for the initial status of a message."
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.messages import (
    find_message,
    insert_message,
    save_message,
    schedule_message,
    scheduled_at,
)
from callsvc.simulator.messages.record import MessageRecord, count_segments
from callsvc.simulator.people.phone import react_to_message
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.outbox import Outbox
from callsvc.simulator.webhooks.parameters import message_parameters

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

SENT_AFTER = 1.0  # lived seconds
DELIVERED_AFTER = 2.0  # after it was sent
UNREACHABLE = 30003
UNKNOWN_ERROR = 30008


def send_message(
    carrier: Carrier,
    *,
    to: str,
    from_: str,
    body: str,
    callback: str = "",
    service_sid: str | None = None,
    direction: str = "outbound-api",
    send_at: datetime | None = None,
) -> MessageRecord:
    """Accept a message for delivery; it is durable when this returns."""
    now = carrier.clock.now()
    message = MessageRecord(
        sid=new_sid("SM"),
        direction=direction,
        to=to,
        from_=from_,
        body=body,
        created_at=now,
        updated_at=now,
        status="scheduled" if send_at else "accepted" if service_sid else "queued",
        segments=count_segments(body),
        service_sid=service_sid,
        callback=callback,
    )
    insert_message(carrier.store, message)
    if send_at is not None:
        schedule_message(carrier.store, message.sid, send_at)
    carrier.store.commit()
    carrier.spawn(deliver(carrier, message))
    return message


async def deliver(carrier: Carrier, message: MessageRecord) -> None:
    """Carry a message on from wherever it is: after a restart that may be half way."""
    outbox = Outbox(carrier, "message-callback")
    person = carrier.people.at(message.to)
    if message.status == "scheduled" and not await _its_time(carrier, message):
        return
    if message.status in ("accepted", "queued", "sending"):
        await carrier.clock.sleep(SENT_AFTER)
        if person.sms == "failed":
            _enter(carrier, outbox, message, "failed", UNKNOWN_ERROR)
            return
        message.sent_at = carrier.clock.now()
        _enter(carrier, outbox, message, "sent")
    await carrier.clock.sleep(DELIVERED_AFTER)
    if person.sms == "undelivered":
        _enter(carrier, outbox, message, "undelivered", UNREACHABLE)
        return
    message.delivered_at = carrier.clock.now()
    _enter(carrier, outbox, message, "delivered")
    react_to_message(carrier, message.to, message.from_, message.body)


async def _its_time(carrier: Carrier, message: MessageRecord) -> bool:
    """Wait until a scheduled message is to leave; false when it was called off meanwhile."""
    at = scheduled_at(carrier.store, message.sid)
    if at is not None:
        await carrier.clock.sleep((at - carrier.clock.now()).total_seconds())
    found = find_message(carrier.store, message.sid)
    if found is None or found.status != "scheduled":
        return False
    message.status = "accepted"
    return True


def cancel_message(carrier: Carrier, message: MessageRecord) -> None:
    """Call a scheduled message off: it never leaves, and its callback hears so."""
    _enter(carrier, Outbox(carrier, "message-callback"), message, "canceled")


def _enter(
    carrier: Carrier, outbox: Outbox, message: MessageRecord, status: str, error: int | None = None
) -> None:
    message.status, message.error_code, message.updated_at = status, error, carrier.clock.now()
    message.callback_due = message.final and bool(message.callback)
    save_message(carrier.store, message)
    carrier.store.note(message.sid, message.updated_at, "status", {"status": status})
    if message.final:
        carrier.store.commit()
    post_status(carrier, outbox, message)


def post_status(carrier: Carrier, outbox: Outbox, message: MessageRecord) -> None:
    """Post the present status to the message's callback, if it has one."""
    if not message.callback:
        return
    account = carrier.settings.account_sid
    parameters = message_parameters(account, message.sid, message.from_, message.to, message.service_sid)
    parameters |= {"MessageStatus": message.status, "SmsStatus": message.status}
    if message.error_code is not None:
        parameters["ErrorCode"] = str(message.error_code)
    if message.final:
        parameters["RawDlrDoneDate"] = message.updated_at.strftime("%y%m%d%H%M")

    def note(url: str, sent: Mapping[str, str], answer: Answer) -> None:
        facts = {"url": url, "status": sent["MessageStatus"], "answer": answer.status, "code": answer.code}
        carrier.store.note(message.sid, carrier.clock.now(), "callback", facts)
        if message.final and sent["MessageStatus"] == message.status:
            message.callback_due = False
            save_message(carrier.store, message)

    outbox.post(message.callback, "POST", parameters, note, last=message.final)

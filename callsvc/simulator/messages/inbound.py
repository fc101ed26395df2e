"""A person texts one of the platform's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.messages import block, insert_message, unblock
from callsvc.simulator.ledger.numbers import senders_with
from callsvc.simulator.messages.optout import is_start, is_stop
from callsvc.simulator.messages.record import MessageRecord, count_segments
from callsvc.simulator.messages.replying import Webhook
from callsvc.simulator.webhooks.parameters import geography, message_parameters

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier


def receive_message(carrier: Carrier, from_: str, to: str, body: str) -> MessageRecord:
    """Keep the message and any opt-out it means, durably; then tell the number's webhook.

    A text to a sender of letters goes nowhere: "alphanumeric senders are one-way".
    """
    now = carrier.clock.now()
    message = MessageRecord(
        sid=new_sid("SM"),
        direction="inbound",
        to=to,
        from_=from_,
        body=body,
        created_at=now,
        updated_at=now,
        status="received",
        sent_at=now,
        segments=count_segments(body),
    )
    if any(letter.isalpha() for letter in to):
        message.status = "failed"
        return message
    insert_message(carrier.store, message)
    for sender in senders_with(carrier.store, to):
        if carrier.settings.opt_out and is_stop(body):
            block(carrier.store, from_, sender, now)
        elif is_start(body):
            unblock(carrier.store, from_, sender)
    carrier.store.commit()
    number = carrier.number(to)
    if number.sms_url:
        fallback = (number.sms_fallback_url, number.sms_fallback_method)
        webhook = Webhook(carrier, message, _parameters(carrier, message), fallback)
        carrier.spawn(webhook.tell(number.sms_url, number.sms_method))
    return message


def _parameters(carrier: Carrier, message: MessageRecord) -> dict[str, str]:
    number = carrier.number(message.to)
    service = number.messaging_service_sid or None
    parameters = message_parameters(
        carrier.settings.account_sid, message.sid, message.from_, message.to, service
    )
    parameters |= {"SmsMessageSid": message.sid, "Body": message.body, "SmsStatus": "received"}
    parameters |= {"NumMedia": "0", "NumSegments": str(message.segments)}
    parameters.update(geography("From", message.from_))
    parameters.update(geography("To", message.to))
    return parameters

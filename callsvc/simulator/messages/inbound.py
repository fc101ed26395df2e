"""A person texts one of the platform's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.messages import block, insert_message, is_blocked, unblock
from callsvc.simulator.messages.delivery import send_message
from callsvc.simulator.messages.optout import is_start, is_stop
from callsvc.simulator.messages.record import MessageRecord, count_segments
from callsvc.simulator.twiml.document import parse, text_of
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.webhooks.parameters import geography, message_parameters

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

_REDIRECTS = 5


def receive_message(carrier: Carrier, from_: str, to: str, body: str) -> MessageRecord:
    """Keep the message and any opt-out it means, durably; then tell the number's webhook."""
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
    insert_message(carrier.store, message)
    if carrier.settings.opt_out and is_stop(body):
        block(carrier.store, from_, to, now)
    elif is_start(body):
        unblock(carrier.store, from_, to)
    carrier.store.commit()
    number = carrier.number(to)
    if number.sms_url:
        carrier.spawn(_tell(carrier, message, number.sms_url, number.sms_method))
    return message


async def _tell(carrier: Carrier, message: MessageRecord, url: str, method: str) -> None:
    """Post the message and do what the answer's TwiML says: Message replies, Redirect asks elsewhere."""
    parameters = _parameters(carrier, message)
    for _ in range(_REDIRECTS):
        answer = await carrier.webhooks.send("message-webhook", url, method, parameters)
        _note(carrier, message, "response", {"url": url, "answer": answer.status, "code": answer.code})
        if not answer.good or not answer.body.lstrip().startswith("<"):
            return
        try:
            document = parse(answer.body)
        except DocumentError as problem:
            _note(carrier, message, "notification", {"code": problem.code, "message": problem.message})
            return
        onward = ""
        for element in document:
            if element.tag == "Message":
                _reply(carrier, message, element.findtext("Body") or text_of(element), url, element.attrib)
            elif element.tag == "Redirect":
                onward, method = text_of(element), (element.get("method") or "POST").upper()
                break
        if not onward:
            return
        url = urljoin(url, onward)


def _reply(carrier: Carrier, message: MessageRecord, body: str, url: str, wanted: Mapping[str, str]) -> None:
    to, from_ = wanted.get("to", message.from_), wanted.get("from", message.to)
    if is_blocked(carrier.store, to, from_):
        _note(carrier, message, "notification", {"code": 21610, "message": "the recipient opted out"})
        return
    callback = wanted.get("action") or wanted.get("statusCallback") or ""
    send_message(
        carrier,
        to=to,
        from_=from_,
        body=body.strip(),
        callback=urljoin(url, callback) if callback else "",
        direction="outbound-reply",
    )


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


def _note(carrier: Carrier, message: MessageRecord, kind: str, facts: dict[str, object]) -> None:
    carrier.store.note(message.sid, carrier.clock.now(), kind, facts)

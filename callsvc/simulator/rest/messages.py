"""The Message resource: create, fetch, list."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.ledger.messages import find_message, is_blocked, messages_where
from callsvc.simulator.ledger.numbers import find_number, sender_of_service
from callsvc.simulator.messages.delivery import send_message
from callsvc.simulator.messages.record import MessageRecord
from callsvc.simulator.rest.checks import check_body, check_recipient, check_sender
from callsvc.simulator.rest.errors import ApiError, answer, not_found
from callsvc.simulator.rest.filters import date_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.webhooks.parameters import API_VERSION


async def create_message(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Messages.json: the message is in the ledger before the answer leaves."""
    form = await Form.of(request)
    to, from_, service = form.get("To"), form.get("From"), form.get("MessagingServiceSid")
    check_recipient(to)
    if service and not from_:
        from_ = sender_of_service(carrier.store, service) or carrier.settings.sender
    number = find_number(carrier.store, from_)
    check_sender(from_, capable=number is None or number.sms)
    check_body(form.get("Body"))
    if is_blocked(carrier.store, to, from_):
        raise ApiError(21610, "Attempt to send to unsubscribed recipient")
    message = send_message(
        carrier,
        to=to,
        from_=from_,
        body=form.get("Body"),
        callback=form.get("StatusCallback"),
        service_sid=service or None,
    )
    return answer(render_message(carrier, message), 201)


async def fetch_message(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Messages/{sid}.json."""
    message = find_message(carrier.store, request.match_info["sid"])
    if message is None:
        raise not_found(request.path)
    return answer(render_message(carrier, message))


async def list_messages(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Messages.json with To, From and DateSent."""
    query, wanted = request.query, wanted_page(request)
    conditions, values = date_conditions(query, "DateSent", "sent_at")
    every: list[Any] = list(values)
    for name, column in (("To", "to_number"), ("From", "from_number")):
        if name in query:
            conditions.append(f"{column} = ?")
            every.append(query[name])
    if wanted.anchor:
        conditions.append("seq <= ?")
        every.append(wanted.anchor)
    rows = messages_where(carrier.store, conditions, every, limit=wanted.size + 1, offset=wanted.offset)
    return answer(
        envelope(
            request, "messages", wanted, rows, lambda row: row.seq, lambda row: render_message(carrier, row)
        )
    )


def render_message(carrier: Carrier, message: MessageRecord) -> dict[str, Any]:
    """The resource; price is null at first and negative once sent."""
    account = carrier.settings.account_sid
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}"
    billed = message.sent_at is not None and message.direction != "inbound"
    return {
        "sid": message.sid,
        "date_created": rfc2822(message.created_at),
        "date_updated": rfc2822(message.updated_at),
        "date_sent": rfc2822(message.sent_at),
        "account_sid": account,
        "to": message.to,
        "from": message.from_,
        "messaging_service_sid": message.service_sid,
        "body": message.body,
        "status": message.status,
        "num_segments": str(message.segments),
        "num_media": "0",
        "direction": message.direction,
        "api_version": API_VERSION,
        "price": f"{-0.0798 * message.segments:.5f}" if billed else None,
        "price_unit": "USD",
        "error_code": message.error_code,
        "error_message": None if message.error_code is None else "Unreachable destination handset",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
    }

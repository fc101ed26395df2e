"""The Message resource: create, fetch, list, redact, cancel, delete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.ledger.applications import find_application
from callsvc.simulator.ledger.deletions import SHOWN, delete, is_deleted
from callsvc.simulator.ledger.messages import find_message, is_blocked, messages_where, redact_message
from callsvc.simulator.ledger.numbers import find_number, sender_of_service
from callsvc.simulator.messages.delivery import cancel_message, send_message
from callsvc.simulator.messages.record import MessageRecord
from callsvc.simulator.rest.checks import check_body, check_recipient, check_sender
from callsvc.simulator.rest.errors import ApiError, answer, not_found, nothing
from callsvc.simulator.rest.filters import date_conditions, equal_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, listed, wanted_page
from callsvc.simulator.webhooks.parameters import API_VERSION

_BAD_VALIDITY = 20001
_NOT_SCHEDULED = 30409
_WORDS = {30003: "Unreachable destination handset", 30008: "Unknown error"}


async def create_message(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Messages.json: the message is in the ledger before the answer leaves."""
    form = await Form.of(request)
    to, from_, service = form.get("To"), form.get("From"), form.get("MessagingServiceSid")
    check_recipient(to)
    if service and not from_:
        from_ = sender_of_service(carrier.store, service) or carrier.settings.sender
    number = find_number(carrier.store, from_)
    check_sender(from_, capable=number is None or number.sms)
    if to == from_:
        raise ApiError(21266, f"'To' and 'From' number cannot be the same: {to}")
    check_body(form.get("Body"))
    callback = _callback(carrier, form)
    form.integer("ValidityPeriod", 36000, 1, 36000, _BAD_VALIDITY)
    send_at = _send_at(carrier, form)
    if is_blocked(carrier.store, to, from_):
        raise ApiError(21610, "Attempt to send to unsubscribed recipient")
    message = send_message(
        carrier,
        to=to,
        from_=from_,
        body=form.get("Body"),
        callback=callback,
        service_sid=service or None,
        send_at=send_at,
    )
    return answer(render_message(carrier, message), 201)


async def fetch_message(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Messages/{sid}.json."""
    return answer(render_message(carrier, _found(carrier, request)))


async def list_messages(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Messages.json with To, From and DateSent."""
    conditions, dates = date_conditions(request.query, "DateSent", "sent_at")
    equal, values = equal_conditions(request.query, {"To": "to_number", "From": "from_number"})
    return listed(
        carrier.store,
        request,
        "messages",
        messages_where,
        [SHOWN, *conditions, *equal],
        [*dates, *values],
        lambda row: row.seq,
        lambda row: render_message(carrier, row),
    )


async def update_message(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Messages/{sid}.json: an empty Body redacts it; Status=canceled calls a scheduled one off."""
    message = _found(carrier, request)
    form = await Form.of(request)
    if form.word("Status", ("canceled",)):
        if message.status != "scheduled":
            raise ApiError(_NOT_SCHEDULED, "Message is not in a cancelable state")
        cancel_message(carrier, message)
    elif form.get("Body"):
        raise ApiError(20001, "Body may only be emptied")
    else:
        _check_finished(message)
        redact_message(carrier.store, message)
    return answer(render_message(carrier, message))


async def delete_message(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /Messages/{sid}.json."""
    message = _found(carrier, request)
    _check_finished(message)
    delete(carrier.store, message.sid)
    return nothing()


async def list_media(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Messages/{sid}/Media.json: no message of this carrier has any."""
    _found(carrier, request)
    wanted = wanted_page(request)
    return answer(envelope(request, "media_list", wanted, [], lambda _: 0, lambda _: {}))


def _callback(carrier: Carrier, form: Form) -> str:
    """The status callback, or the application's: "status_callback takes priority over application_sid"."""
    given = form.url("StatusCallback", 21609)
    if given:
        return given
    application = find_application(carrier.store, form.get("ApplicationSid"))
    if application is not None:
        return application.message_status_callback or application.sms_status_callback
    if form.get("ApplicationSid"):
        raise ApiError(21218, f"Invalid ApplicationSid: {form.get('ApplicationSid')}")
    return ""


def _send_at(carrier: Carrier, form: Form) -> datetime | None:
    """When a scheduled message leaves: "15 minutes to 35 days from now", through a Messaging Service."""
    if not form.word("ScheduleType", ("fixed",)):
        return None
    if not form.get("MessagingServiceSid"):
        raise ApiError(35118, "MessagingServiceSid is required to schedule a message")
    if not form.get("SendAt"):
        raise ApiError(35111, "SendAt is missing")
    try:
        at = datetime.fromisoformat(form.get("SendAt"))
    except ValueError:
        raise ApiError(35114, f"SendAt is not ISO 8601: {form.get('SendAt')}") from None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    if not timedelta(minutes=15) <= at - carrier.clock.now() <= timedelta(days=35):
        raise ApiError(35114, "SendAt must be from 15 minutes to 35 days in the future")
    return at


def _check_finished(message: MessageRecord) -> None:
    if not message.final:
        raise ApiError(20009, "Cannot delete this resource before it is complete", 409)


def _found(carrier: Carrier, request: web.Request) -> MessageRecord:
    sid = request.match_info["sid"]
    message = find_message(carrier.store, sid)
    if message is None or is_deleted(carrier.store, sid):
        raise not_found(request.path)
    return message


def render_message(carrier: Carrier, message: MessageRecord) -> dict[str, Any]:
    """The resource; price is null at first and negative once sent."""
    account = carrier.settings.account_sid
    path = f"/Messages/{message.sid}"
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
        "error_message": _WORDS.get(message.error_code or 0),
        "uri": carrier.uri(f"{path}.json"),
        "subresource_uris": {
            part: carrier.uri(f"{path}/{part.title()}.json") for part in ("media", "feedback")
        },
    }

"""The Call resource: create, fetch, list, update, delete."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.placing import place_call
from callsvc.simulator.calls.record import EVENTS, CallRecord
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.ledger.calls import calls_where, find_call
from callsvc.simulator.ledger.deletions import SHOWN, delete, is_deleted
from callsvc.simulator.ledger.numbers import find_number
from callsvc.simulator.recordings.starting import record_from_answer
from callsvc.simulator.rest.call_options import (
    call_options,
    check_twiml,
    recording_wish,
)
from callsvc.simulator.rest.checks import check_callable, check_caller
from callsvc.simulator.rest.errors import ApiError, answer, not_found, nothing
from callsvc.simulator.rest.filters import date_conditions, equal_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import listed
from callsvc.simulator.webhooks.parameters import API_VERSION

NOT_IN_PROGRESS = 21220
UNFINISHED = 20009
_INVALID_EVENT = 21626
_PARTS = {
    "events": "Events",
    "notifications": "Notifications",
    "payments": "Payments",
    "recordings": "Recordings",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_messages": "UserDefinedMessages",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
}


async def create_call(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Calls.json: the call is in the ledger before the answer leaves."""
    form = await Form.of(request)
    form.forget(carrier.profile.required.get("/Calls", ()))  # an application of theirs holds nothing of ours
    to, from_ = form.get("To"), form.get("From")
    check_callable(to)
    check_caller(from_)
    options = call_options(carrier.store, form)
    wish = recording_wish(form)
    check_pace(carrier)
    leg = place_call(carrier, to, from_, options)
    if form.flag("Record"):
        carrier.spawn(record_from_answer(leg, "OutboundAPI", wish))
    leg.note("rest", request="create")
    warn_of_events(leg, form.all("StatusCallbackEvent"))
    return answer(render_call(carrier, leg.record), 201)


async def fetch_call(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls/{sid}.json."""
    return answer(render_call(carrier, found_call(carrier, request)))


async def list_calls(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls.json. A queued call has no start time, so that a StartTime filter never finds it."""
    query = request.query
    columns = {"To": "to_number", "From": "from_number", "ParentCallSid": "parent_sid"}
    equal, values = equal_conditions(query, columns)
    conditions, every = [SHOWN, *equal], list[Any](values)
    if "Status" in query:
        # `initiated` is a word of the webhooks: the resource shows ringing.
        statuses = ("ringing", "initiated") if query["Status"] == "ringing" else (query["Status"],)
        conditions.append(f"status in ({','.join('?' * len(statuses))})")
        every += statuses
    for name, column in (("StartTime", "initiated_at"), ("EndTime", "ended_at")):
        more, dates = date_conditions(query, name, column)
        conditions += more
        every += dates
    return listed(
        carrier.store,
        request,
        "calls",
        calls_where,
        conditions,
        every,
        lambda call: call.seq,
        lambda call: render_call(carrier, call),
    )


async def update_call(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Calls/{sid}.json: cancel, complete, or move to another document."""
    record = found_call(carrier, request)
    form = await Form.of(request)
    status, url, twiml = form.get("Status"), form.url("Url"), form.get("Twiml")
    if url and twiml:
        raise ApiError(20001, "Url and Twiml are mutually exclusive")
    check_twiml(twiml)
    leg = carrier.legs.get(record.sid)
    if leg is None:
        raise ApiError(NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    leg.note("rest", request="update", status=status, url=url, twiml=bool(twiml))
    if status:
        _end(leg, status)
    elif url or twiml:
        _move(leg, form, url, twiml)
    if form.get("TimeLimit"):
        _limit(leg, form.integer("TimeLimit", 14400, 1, 86400, 20001))
    return answer(render_call(carrier, leg.record))


async def delete_call(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /Calls/{sid}.json: "it will no longer appear in the API"."""
    record = found_call(carrier, request)
    if not record.final:
        raise ApiError(UNFINISHED, "Cannot delete this resource before it is complete", 409)
    delete(carrier.store, record.sid)
    return nothing()


def _end(leg: Leg, status: str) -> None:
    """canceled: "queued or ringing calls only"; completed: any live call."""
    if status not in ("canceled", "completed"):
        raise ApiError(20001, f"Invalid parameter Status: {status}")
    live = leg.record.status == "in-progress"
    if status == "canceled" and live:
        raise ApiError(NOT_IN_PROGRESS, "Call is in-progress. Cannot cancel.")
    leg.end("completed" if live else "canceled", "service")


def _move(leg: Leg, form: Form, url: str, twiml: str) -> None:
    if leg.record.status != "in-progress":
        raise ApiError(NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    options = leg.record.options
    if form.get("StatusCallback"):
        options.status_callback = form.url("StatusCallback", 21609)
        options.status_method = form.method("StatusCallbackMethod")
    if form.get("FallbackUrl"):
        options.fallback_url = form.url("FallbackUrl")
        options.fallback_method = form.method("FallbackMethod")
    leg.redirect(Source(url, form.method("Method")) if url else Source(twiml=twiml))


def _limit(leg: Leg, seconds: int) -> None:
    """A new time limit counts from the answer; it can only shorten the call."""
    leg.record.options.time_limit = float(seconds)
    answered = leg.record.answered_at
    if answered is not None:
        lived = (leg.carrier.clock.now() - answered).total_seconds()
        leg.later(max(0.0, seconds - lived), lambda: leg.end("completed", "carrier"))


def warn_of_events(leg: Leg, asked: list[str]) -> None:
    """21626: events nobody knows are passed over with a warning, not refused."""
    odd = [event for event in asked if event not in EVENTS]
    if odd:
        message = f"Invalid statusCallbackEvents value(s): {', '.join(odd)}"
        leg.note("notification", code=_INVALID_EVENT, message=message, level="warning")


def check_pace(carrier: Carrier) -> None:
    """Refuse a call over the account's limits: live calls, and its pace where the excess is not queued."""
    most = carrier.settings.concurrent_calls
    if most and sum(leg.record.direction != "inbound" for leg in carrier.legs.values()) >= most:
        raise ApiError(10004, "Call concurrency limit exceeded", 429)
    if carrier.settings.cps_policy == "refuse" and carrier.pacer.refuses(carrier.clock.now()):
        raise ApiError(20429, "Too Many Requests", 429)


def render_call(carrier: Carrier, call: CallRecord) -> dict[str, Any]:
    """The resource: dates RFC 2822; duration, price and queue_time are strings."""
    account = carrier.settings.account_sid
    path = f"/Calls/{call.sid}"
    number = find_number(carrier.store, call.near_end)
    return {
        "sid": call.sid,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "parent_call_sid": call.parent_sid,
        "account_sid": account,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from_,
        "from_formatted": call.from_,
        "phone_number_sid": number.sid if number is not None and number.sid else None,
        "status": "ringing" if call.status == "initiated" else call.status,
        "start_time": rfc2822(call.initiated_at),
        "end_time": rfc2822(call.ended_at),
        "duration": None if call.duration is None else str(call.duration),
        "price": call.price,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(call.queue_ms),
        "trunk_sid": None,
        "uri": carrier.uri(f"{path}.json"),
        "subresource_uris": {name: carrier.uri(f"{path}/{part}.json") for name, part in _PARTS.items()},
    }


def found_call(carrier: Carrier, request: web.Request) -> CallRecord:
    """The call of the address; 20404."""
    sid = request.match_info["sid"]
    leg = carrier.legs.get(sid)
    if leg is not None:
        return leg.record
    record = find_call(carrier.store, sid)
    if record is None or is_deleted(carrier.store, sid):
        raise not_found(request.path)
    return record

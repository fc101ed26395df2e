"""The Call resource: create, fetch, list, update."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.placing import place_call
from callsvc.simulator.calls.progress import subscribed_events
from callsvc.simulator.calls.record import CallOptions, CallRecord
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.ledger.calls import calls_where, find_call
from callsvc.simulator.rest.checks import check_callable, check_caller, check_url
from callsvc.simulator.rest.errors import ApiError, answer, not_found
from callsvc.simulator.rest.filters import date_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.webhooks.parameters import API_VERSION

_TWIML_LIMIT = 4000
_NOT_IN_PROGRESS = 21220


async def create_call(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Calls.json: the call is in the ledger before the answer leaves."""
    form = await Form.of(request)
    to, from_ = form.get("To"), form.get("From")
    check_callable(to)
    check_caller(from_)
    options = call_options(form)
    check_pace(carrier)
    leg = place_call(carrier, to, from_, options)
    leg.note("rest", request="create")
    return answer(render_call(carrier, leg.record), 201)


async def fetch_call(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls/{sid}.json."""
    return answer(render_call(carrier, _found(carrier, request)))


async def list_calls(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls.json. A queued call has no start time, so that a StartTime filter never finds it."""
    query, wanted = request.query, wanted_page(request)
    conditions: list[str] = []
    values: list[Any] = []
    for name, column in (("To", "to_number"), ("From", "from_number"), ("ParentCallSid", "parent_sid")):
        if name in query:
            conditions.append(f"{column} = ?")
            values.append(query[name])
    if "Status" in query:
        # `initiated` is a word of the webhooks: the resource shows ringing.
        statuses = ("ringing", "initiated") if query["Status"] == "ringing" else (query["Status"],)
        conditions.append(f"status in ({','.join('?' * len(statuses))})")
        values += statuses
    for name, column in (("StartTime", "initiated_at"), ("EndTime", "ended_at")):
        more, dates = date_conditions(query, name, column)
        conditions += more
        values += dates
    if wanted.anchor:
        conditions.append("seq <= ?")
        values.append(wanted.anchor)
    rows = calls_where(carrier.store, conditions, values, limit=wanted.size + 1, offset=wanted.offset)
    return answer(
        envelope(
            request, "calls", wanted, rows, lambda call: call.seq, lambda call: render_call(carrier, call)
        )
    )


async def update_call(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Calls/{sid}.json: cancel, complete, or move to another document."""
    record = _found(carrier, request)
    form = await Form.of(request)
    status, url, twiml = form.get("Status"), form.get("Url"), form.get("Twiml")
    if url and twiml:
        raise ApiError(20001, "Url and Twiml are mutually exclusive")
    leg = carrier.legs.get(record.sid)
    if leg is None:
        raise ApiError(_NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    leg.note("rest", request="update", status=status, url=url, twiml=bool(twiml))
    if status:
        _end(leg, status)
    elif url or twiml:
        _move(leg, form, url, twiml)
    return answer(render_call(carrier, leg.record))


def _end(leg: Leg, status: str) -> None:
    """canceled: "queued or ringing calls only"; completed: any live call."""
    if status not in ("canceled", "completed"):
        raise ApiError(20001, f"Invalid parameter Status: {status}")
    live = leg.record.status == "in-progress"
    if status == "canceled" and live:
        raise ApiError(_NOT_IN_PROGRESS, "Call is in-progress. Cannot cancel.")
    leg.end("completed" if live else "canceled", "service")


def _move(leg: Leg, form: Form, url: str, twiml: str) -> None:
    if leg.record.status != "in-progress":
        raise ApiError(_NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    if url:
        check_url("Url", url)
    if form.get("StatusCallback"):
        leg.record.options.status_callback = form.get("StatusCallback")
    if form.get("FallbackUrl"):
        leg.record.options.fallback_url = form.get("FallbackUrl")
    leg.redirect(Source(url, form.method("Method")) if url else Source(twiml=twiml))


def call_options(form: Form) -> CallOptions:
    """The options of a creation, checked."""
    url, twiml = form.get("Url"), form.get("Twiml")
    if not url and not twiml:
        raise ApiError(21205, "Url parameter is required.")
    if url:
        check_url("Url", url)
    if len(twiml) > _TWIML_LIMIT:
        raise ApiError(20001, f"Parameter Twiml is longer than {_TWIML_LIMIT} characters")
    return CallOptions(
        url=url,
        method=form.method("Method"),
        twiml="" if url else twiml,
        fallback_url=form.get("FallbackUrl"),
        fallback_method=form.method("FallbackMethod"),
        status_callback=form.get("StatusCallback"),
        status_method=form.method("StatusCallbackMethod"),
        status_events=subscribed_events(form.all("StatusCallbackEvent")),
        timeout=min(600.0, form.number("Timeout", 60.0)),
        time_limit=form.number("TimeLimit", 14400.0),
        send_digits=form.get("SendDigits")[:32],
        machine_detection=form.get("MachineDetection"),
        detection_timeout=form.number("MachineDetectionTimeout", 30.0),
        speech_threshold=form.number("MachineDetectionSpeechThreshold", 2400.0),
        speech_end_threshold=form.number("MachineDetectionSpeechEndThreshold", 1200.0),
        silence_timeout=form.number("MachineDetectionSilenceTimeout", 5000.0),
        async_amd=form.flag("AsyncAmd"),
        amd_callback=form.get("AsyncAmdStatusCallback"),
        amd_method=form.method("AsyncAmdStatusCallbackMethod"),
    )


def check_pace(carrier: Carrier) -> None:
    """Refuse a call over the account's pace, if this carrier is set to refuse and not to queue."""
    if carrier.settings.cps_policy == "refuse" and carrier.pacer.refuses(carrier.clock.now()):
        raise ApiError(20429, "Too Many Requests", 429)


def render_call(carrier: Carrier, call: CallRecord) -> dict[str, Any]:
    """The resource: dates RFC 2822; duration, price and queue_time are strings."""
    account = carrier.settings.account_sid
    uri = f"/{API_VERSION}/Accounts/{account}/Calls/{call.sid}"
    parts = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")
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
        "phone_number_sid": None,
        "status": "ringing" if call.status == "initiated" else call.status,
        "start_time": rfc2822(call.initiated_at),
        "end_time": rfc2822(call.ended_at),
        "duration": None if call.duration is None else str(call.duration),
        "price": call.price,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by,
        "annotation": None,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(call.queue_ms),
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {part: f"{uri}/{part.capitalize()}.json" for part in parts},
    }


def _found(carrier: Carrier, request: web.Request) -> CallRecord:
    sid = request.match_info["sid"]
    leg = carrier.legs.get(sid)
    record = leg.record if leg is not None else find_call(carrier.store, sid)
    if record is None:
        raise not_found(request.path)
    return record

"""The Notification resource: one for each error or warning about a call or a message."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.exchanges import Exchange
from callsvc.simulator.ledger.calls import find_call
from callsvc.simulator.ledger.notifications import (
    ERROR,
    WARNING,
    Notification,
    notifications_where,
    seq_of_sid,
)
from callsvc.simulator.rest.calls import found_call
from callsvc.simulator.rest.errors import answer, not_found
from callsvc.simulator.rest.filters import date_conditions
from callsvc.simulator.rest.paging import listed
from callsvc.simulator.webhooks.parameters import API_VERSION

_LEVELS = {ERROR: "coalesce(json_extract(facts, '$.level'), 'error') <> 'warning'"}
_LEVELS[WARNING] = "json_extract(facts, '$.level') = 'warning'"


async def list_notifications(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Notifications.json with Log (0 errors, 1 warnings) and MessageDate."""
    return _listed(carrier, request, [], [])


async def list_call_notifications(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Calls/{sid}/Notifications.json."""
    return _listed(carrier, request, ["subject = ?"], [found_call(carrier, request).sid])


async def fetch_notification(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Notifications/{notification}.json, also under its call: with the request and its answer."""
    conditions, values = ["seq = ?"], [seq_of_sid(request.match_info["notification"])]
    found = notifications_where(carrier.store, conditions, values, limit=1)
    if not found or request.match_info.get("sid", found[0].subject) != found[0].subject:
        raise not_found(request.path)
    return answer(_render(carrier, found[0]) | _exchange(carrier, found[0]))


def _listed(carrier: Carrier, request: web.Request, conditions: list[str], values: list[str]) -> web.Response:
    dates, instants = date_conditions(request.query, "MessageDate", "at")
    level = _LEVELS.get(request.query.get("Log", ""))
    return listed(
        carrier.store,
        request,
        "notifications",
        notifications_where,
        [*conditions, *dates, *([level] if level else [])],
        [*values, *instants],
        lambda row: row.seq,
        lambda row: _render(carrier, row),
    )


def _render(carrier: Carrier, notification: Notification) -> dict[str, Any]:
    account, facts = carrier.settings.account_sid, notification.facts
    call = notification.subject if find_call(carrier.store, notification.subject) else None
    code = str(facts.get("code", ""))
    asked = _last_request(carrier, notification)
    level = "WARN" if notification.log == WARNING else "ERROR"
    under = f"Calls/{call}/" if call else ""
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "call_sid": call,
        "date_created": rfc2822(notification.at),
        "date_updated": rfc2822(notification.at),
        "error_code": code,
        "log": notification.log,
        "message_date": rfc2822(notification.at),
        "message_text": urlencode({"LogLevel": level, "ErrorCode": code, "Msg": facts.get("message", "")}),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "request_method": asked.method if asked is not None else None,
        "request_url": asked.url if asked is not None else None,
        "sid": notification.sid,
        "uri": carrier.uri(f"/{under}Notifications/{notification.sid}.json"),
    }


def _exchange(carrier: Carrier, notification: Notification) -> dict[str, Any]:
    """What was asked and answered, while it is still kept."""
    asked = _last_request(carrier, notification)
    return {
        "request_variables": urlencode(asked.parameters) if asked is not None else None,
        "response_headers": None,
        "response_body": asked.body if asked is not None else None,
    }


def _last_request(carrier: Carrier, notification: Notification) -> Exchange | None:
    """The webhook before the notification: the one it is about."""
    asked = [
        exchange
        for exchange in carrier.exchanges.about(notification.subject)
        if exchange.place.endswith("-webhook") and exchange.at <= notification.at
    ]
    return asked[-1] if asked else None

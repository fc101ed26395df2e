"""The Application resource: webhooks under one name, to which numbers, calls and messages refer."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import from_iso, iso, rfc2822
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.applications import (
    Application,
    application_of,
    applications_where,
    find_application,
    remove_application,
    set_application,
)
from callsvc.simulator.rest.errors import answer, not_found, nothing
from callsvc.simulator.rest.filters import equal_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import listed
from callsvc.simulator.rest.webhook_fields import given_fields
from callsvc.simulator.webhooks.parameters import API_VERSION

_URLS = (
    "VoiceUrl",
    "VoiceFallbackUrl",
    "StatusCallback",
    "SmsUrl",
    "SmsFallbackUrl",
    "SmsStatusCallback",
    "MessageStatusCallback",
)
_METHODS = ("VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod", "SmsMethod", "SmsFallbackMethod")
_FLAGS = ("VoiceCallerIdLookup", "PublicApplicationConnectEnabled")


async def create_application(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Applications.json."""
    form = await Form.of(request)
    at = iso(carrier.clock.now()) or ""
    blank = Application(sid=new_sid("AP"), friendly_name=f"Application {at}", created_at=at, updated_at=at)
    application = _changed(blank, form)
    set_application(carrier.store, application)
    return answer(_render(carrier, application), 201)


async def fetch_application(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Applications/{sid}.json."""
    return answer(_render(carrier, _found(carrier, request)))


async def list_applications(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Applications.json with FriendlyName."""
    equal, values = equal_conditions(request.query, {"FriendlyName": "name"})
    return listed(
        carrier.store,
        request,
        "applications",
        applications_where,
        equal,
        values,
        lambda row: int(row["seq"]),
        lambda row: _render(carrier, application_of(row)),
    )


async def update_application(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Applications/{sid}.json."""
    known = _found(carrier, request)
    changed = replace(known, updated_at=iso(carrier.clock.now()) or "")
    application = _changed(changed, await Form.of(request))
    set_application(carrier.store, application)
    return answer(_render(carrier, application))


async def delete_application(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /Applications/{sid}.json."""
    remove_application(carrier.store, _found(carrier, request).sid)
    return nothing()


def _changed(application: Application, form: Form) -> Application:
    fields = given_fields(form, urls=_URLS, methods=_METHODS, flags=_FLAGS, texts=("FriendlyName",))
    return replace(application, **fields)


def _found(carrier: Carrier, request: web.Request) -> Application:
    application = find_application(carrier.store, request.match_info["sid"])
    if application is None:
        raise not_found(request.path)
    return application


def _render(carrier: Carrier, application: Application) -> dict[str, Any]:
    account = carrier.settings.account_sid
    body: dict[str, Any] = {
        name: (None if value == "" else value) for name, value in asdict(application).items()
    }
    created, updated = body.pop("created_at"), body.pop("updated_at")
    return body | {
        "account_sid": account,
        "api_version": API_VERSION,
        "date_created": rfc2822(from_iso(created)),
        "date_updated": rfc2822(from_iso(updated)),
        "uri": carrier.uri(f"/Applications/{application.sid}.json"),
    }

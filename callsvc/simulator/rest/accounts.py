"""The account: there is one, which lists itself."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.rest.errors import answer
from callsvc.simulator.rest.paging import envelope, wanted_page

_NAME = "simulator"
_PARTS = ("applications", "calls", "conferences", "incoming_phone_numbers", "messages", "notifications")


async def fetch_account(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - every handler has this form
    """GET /Accounts/{sid}.json."""
    return answer(_render(carrier))


async def list_accounts(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Accounts.json with FriendlyName and Status."""
    named = request.query.get("FriendlyName", _NAME) == _NAME
    rows = [_render(carrier)] if named and request.query.get("Status", "active") == "active" else []
    return answer(envelope(request, "accounts", wanted_page(request), rows, lambda _: 1, lambda row: row))


def _render(carrier: Carrier) -> dict[str, Any]:
    """The resource; the token is not told, though the vendor tells it."""
    sid, since = carrier.settings.account_sid, rfc2822(carrier.opened_at)
    parts = (*_PARTS, "queues", "recordings")
    return {
        "sid": sid,
        "friendly_name": _NAME,
        "status": "active",
        "type": "Full",
        "owner_account_sid": sid,
        "auth_token": "",
        "date_created": since,
        "date_updated": since,
        "uri": carrier.uri(".json"),
        "subresource_uris": {part: carrier.uri(f"/{part.title().replace('_', '')}.json") for part in parts},
    }

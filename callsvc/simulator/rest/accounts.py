"""The account: enough for a client to check that its credentials work."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.rest.errors import answer


async def fetch_account(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Accounts/{sid}.json."""
    sid = carrier.settings.account_sid
    now = rfc2822(carrier.clock.now())
    body: dict[str, object] = {
        "sid": sid,
        "friendly_name": "simulator",
        "status": "active",
        "type": "Full",
        "owner_account_sid": sid,
    }
    body |= {
        "date_created": now,
        "date_updated": now,
        "auth_token": "",
        "uri": request.path,
        "subresource_uris": {},
    }
    return answer(body)

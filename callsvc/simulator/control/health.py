"""GET /_simulator/health."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import ok
from callsvc.simulator.dates import iso
from callsvc.simulator.profiles.signing import public_key


async def health(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """It answers, so it lives: the lived time and what is live now."""
    return ok(
        {
            "status": "ok",
            "clock": iso(carrier.clock.now()),
            "live_calls": len(carrier.legs),
            "live_conferences": len(carrier.rooms),
            "people": carrier.people.count(),
            "profile": carrier.profile.name,
            "public_key": public_key(carrier.settings.auth_token),  # of Ed25519 signatures
        }
    )

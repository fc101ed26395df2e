"""Planned faults of the REST interface, around the handler that does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.rest.errors import ApiError

Handler = Callable[[Carrier, web.Request], Awaitable[web.StreamResponse]]


async def with_faults(
    place: str, carrier: Carrier, request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Do the work, unless or although a plan says that something goes wrong."""
    fault = carrier.faults.strike(place)
    if fault is None:
        return await handler(carrier, request)
    if fault.kind == "throttle":
        raise ApiError(20429, "Too Many Requests", 429)
    if fault.kind == "error-before":
        raise ApiError(20503, "Service is unavailable", 503)
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
        return await handler(carrier, request)
    response = await handler(carrier, request)
    if fault.kind == "error-after":
        raise ApiError(20500, "Internal Server Error", 500)
    if request.transport is not None:  # lose-answer
        request.transport.abort()
    return response

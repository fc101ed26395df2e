"""Planned faults of the REST interface, around the handler that does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.faults.striking import Strike
from callsvc.simulator.faults.subjects import subject_of_request
from callsvc.simulator.rest.errors import ApiError

Handler = Callable[[Carrier, web.Request], Awaitable[web.StreamResponse]]


async def with_faults(
    place: str, carrier: Carrier, request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Do the work, unless or although a plan says that something goes wrong."""
    # Read whole before anything else: what is done late is done from here, though the client hangs up.
    await request.read()
    fault = carrier.faults.strike(place, await subject_of_request(carrier, request))
    if fault is None:
        return await handler(carrier, request)
    if fault.kind == "throttle":
        raise ApiError(20429, "Too Many Requests", 429)
    if fault.kind == "error-before":
        raise ApiError(20503, "Service is unavailable", 503)
    with carrier.clock.busy():
        return await _struck(fault, carrier, request, handler)


async def _struck(
    fault: Strike, carrier: Carrier, request: web.Request, handler: Handler
) -> web.StreamResponse:
    if fault.kind == "time-out":
        await asyncio.sleep(fault.seconds)
        return _cut(request, web.Response(status=504))
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    response = await handler(carrier, request)
    if fault.kind == "slow-answer":
        await asyncio.sleep(fault.seconds)
    elif fault.kind == "error-after":
        raise ApiError(20500, "Internal Server Error", 500)
    elif fault.kind == "lose-answer":
        _cut(request, response)
    return response


def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection, so that the answer reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return response

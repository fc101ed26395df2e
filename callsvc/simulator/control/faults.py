"""POST, GET and DELETE /_simulator/faults."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok


async def plan_faults(carrier: Carrier, request: web.Request) -> web.Response:
    """Plan one fault or a list of them."""
    body = await body_of(request)
    planned = [carrier.faults.plan(entry) for entry in (body if isinstance(body, list) else [body])]
    return ok({"faults": [asdict(fault) for fault in planned]}, 201)


async def list_faults(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """Every plan, with how often it struck."""
    return ok({"faults": carrier.faults.listing()})


async def clear_faults(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """Nothing goes wrong any more."""
    carrier.faults.clear()
    return ok({"faults": []})

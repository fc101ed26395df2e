"""POST, GET and DELETE /_simulator/faults; their log and its replay."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok


async def plan_faults(carrier: Carrier, request: web.Request) -> web.Response:
    """Plan one fault or a list of them."""
    body = await body_of(request)
    planned = carrier.faults.plan_all(body if isinstance(body, list) else [body])
    return ok({"faults": [fault.listed() for fault in planned]}, 201)


async def list_faults(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """Every plan, with how often it struck."""
    return ok({"faults": carrier.faults.listing()})


async def clear_faults(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """Nothing goes wrong any more."""
    carrier.faults.clear()
    return ok({"faults": []})


async def read_log(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """Every fault that struck, in order; posted to /faults/replay it makes the same ones happen again."""
    return ok({"faults": carrier.faults.log.entries()})


async def replay_faults(carrier: Carrier, request: web.Request) -> web.Response:
    """From now on exactly the faults of a log strike, each at the event it struck."""
    body = await body_of(request)
    return ok({"replayed": carrier.faults.replay(body["faults"] if isinstance(body, dict) else body)}, 201)

"""POST, GET and DELETE /_simulator/people."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok


async def add_people(carrier: Carrier, request: web.Request) -> web.Response:
    """Add a person or a list of them; one that has the same number or client is replaced."""
    body = await body_of(request)
    added = carrier.people.add(body if isinstance(body, list) else [body])
    return ok({"added": added, "people": carrier.people.count()})


async def count_people(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """How many people are known."""
    return ok({"people": carrier.people.count()})


async def forget_people(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """Forget everybody: every number is a stranger again."""
    carrier.people.clear()
    return ok({"people": 0})


async def be_quiet(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """The day is over: nobody calls or texts of their own accord any more, until the next start."""
    carrier.people.quiet = True
    return ok({"quiet": True})

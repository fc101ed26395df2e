"""A stepped clock, moved by the buttons beside it."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.page.back import back
from callsvc.simulator.stepping import SteppedClock

SECONDS = (1, 10, 60)  # lived; one button each


async def step_clock(carrier: Carrier, request: web.Request) -> web.Response:
    """Move on by `seconds`, or, without any, until nothing is planned; back once all of it has happened."""
    clock, seconds = carrier.clock.inner, str((await request.post()).get("seconds", ""))
    if isinstance(clock, SteppedClock):
        if seconds in map(str, SECONDS):
            await clock.advance(float(seconds))
        else:
            await clock.advance_until_idle()
    return await back(request)

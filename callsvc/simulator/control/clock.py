"""GET /_simulator/clock, POST /_simulator/clock/step."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok, refuse
from callsvc.simulator.dates import iso
from callsvc.simulator.stepping import LONGEST, SteppedClock


async def read_clock(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """The lived time, and whether somebody has to step it."""
    return ok({"clock": iso(carrier.clock.now()), "stepped": isinstance(carrier.clock.inner, SteppedClock)})


async def step_clock(carrier: Carrier, request: web.Request) -> web.Response:
    """Move on by `seconds`, or `until` an instant or "idle"; answers when all of it has happened."""
    clock = carrier.clock.inner
    if not isinstance(clock, SteppedClock):
        return refuse("clock-not-stepped", "Start the simulator with --stepped to move its clock.", 409)
    body = await body_of(request) or {}
    until = body.get("until")
    if until == "idle":
        step = await clock.advance_until_idle(float(body.get("limit", LONGEST)))
    elif until is not None:
        instant = datetime.fromisoformat(str(until))
        if instant.tzinfo is None:
            raise ValueError("until: the instant needs an offset, as in 2026-11-20T08:00:00+01:00")
        step = await clock.advance_to(instant)
    else:
        seconds = float(body["seconds"])
        if seconds < 0:
            raise ValueError("seconds: give 0 or more; a clock only goes forward")
        step = await clock.advance(seconds)
    return ok({"clock": iso(clock.now()), "ran": step.ran, "idle": step.idle, "next_at": iso(step.next_at)})

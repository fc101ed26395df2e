"""A person calls the platform, hangs up, presses keys."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.calls.inbound import receive_call
from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok, refuse
from callsvc.simulator.people.person import TONES


async def call_in(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /_simulator/calls {"from", "to"}: 201 with the SID, or no-voice-webhook."""
    body = await body_of(request)
    leg = receive_call(carrier, str(body["from"]), str(body["to"]), str(body.get("forwarded_from", "")))
    if leg is None:
        return refuse(
            "no-voice-webhook", "Start with --voice-url or set one for this number on /_simulator/numbers."
        )
    return ok({"sid": leg.record.sid, "status": leg.record.status}, 201)


async def hang_up(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /_simulator/calls/{sid}/hangup: the person at the far end hangs up."""
    leg = _live(carrier, request)
    if leg is None:
        return _gone()
    leg.put_down("person")
    return ok({"sid": leg.record.sid, "status": leg.record.status})


async def press_keys(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /_simulator/calls/{sid}/press {"digits"}: the person presses these keys, all at once."""
    body = await body_of(request)
    digits = str(body["digits"])
    if set(digits) - TONES:
        raise ValueError(f"{digits!r} holds something that is no key")
    leg = _live(carrier, request)
    if leg is None:
        return _gone()
    for key in digits:
        leg.press(key)
    return ok({"sid": leg.record.sid, "status": leg.record.status})


def _live(carrier: Carrier, request: web.Request) -> Leg | None:
    return carrier.legs.get(request.match_info["sid"])


def _gone() -> web.Response:
    return refuse("call-not-live", "The call has ended, or never existed.", 404)

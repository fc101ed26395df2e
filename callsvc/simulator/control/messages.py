"""POST /_simulator/messages: a person texts the platform."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok
from callsvc.simulator.messages.inbound import receive_message


async def text_in(carrier: Carrier, request: web.Request) -> web.Response:
    """{"from", "to", "body"}: 201 with the SID."""
    body = await body_of(request)
    message = receive_message(carrier, str(body["from"]), str(body["to"]), str(body["body"]))
    return ok({"sid": message.sid, "status": message.status}, 201)

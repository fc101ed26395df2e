"""Telephones held by hand: /_simulator/phones, for the phone page, tests, and programs such as softphones."""

from __future__ import annotations

import re

from aiohttp import web

from callsvc.simulator.calls.inbound import receive_call
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok, refuse
from callsvc.simulator.control.streams import follow_queue, open_stream, send_event
from callsvc.simulator.dates import iso
from callsvc.simulator.ledger.messages import messages_where
from callsvc.simulator.messages.inbound import receive_message
from callsvc.simulator.messages.record import MessageRecord
from callsvc.simulator.people.handset import Handset
from callsvc.simulator.people.person import TONES

_ADDRESS = re.compile(r"\+[1-9][0-9]{4,14}|client:[\w.@+-]{1,120}")
_MOST_MESSAGES = 200


async def open_phone(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones {"number", "keep"}: hold this number (or `client:` and a name) instead of its persona.

    Without `keep` it is lost again unless its events are listened to within some seconds.
    """
    body = await body_of(request)
    address = str(body["number"]).replace(" ", "")
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is no number such as +33639980001, nor a client such as client:ada")
    handset = carrier.handsets.open(address, keep=bool(body.get("keep", False)))
    return ok({**handset.state(), "lines": handset.lines()}, 201)


async def list_phones(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    """GET /phones: every telephone that is held."""
    return ok({"phones": [handset.state() for handset in carrier.handsets.all()]})


async def read_phone(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /phones/{number}: what it shows, with the conversation of the present or last call."""
    handset = _held(carrier, request)
    return ok({**handset.state(), "lines": handset.lines()})


async def close_phone(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /phones/{number}: a live call is hung up, the persona is back."""
    carrier.handsets.close(_held(carrier, request))
    return ok({"closed": True})


async def follow_phone(carrier: Carrier, request: web.Request) -> web.StreamResponse:
    """GET /phones/{number}/events: `snapshot`, then state, line, hush and messages as they happen."""
    handset = carrier.handsets.at(request.match_info["number"])
    if handset is None:
        return _gone()
    queue = carrier.handsets.listen(handset)
    try:
        response = await open_stream(request)
        await send_event(response, ("snapshot", {**handset.state(), "lines": handset.lines()}))
        await follow_queue(request, response, queue)
    except ConnectionResetError:
        pass  # the page is gone
    finally:
        carrier.handsets.ignore(handset, queue)
    return response


async def call(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/call {"to"}: 201 with the state; busy, or no-voice-webhook."""
    handset, body = _held(carrier, request), await body_of(request)
    if handset.leg is not None:
        return refuse("phone-busy", "Hang up first: this telephone is in a call.", 409)
    to = str(body["to"]).replace(" ", "")
    if to == handset.address:
        return refuse("phone-busy", "A telephone that calls itself is busy.", 409)
    leg = receive_call(carrier, handset.address, to)
    if leg is None:
        return refuse(
            "no-voice-webhook", "Start with --voice-url or set one for this number on /_simulator/numbers."
        )
    handset.take(leg)
    return ok(handset.state(), 201)


async def answer(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/answer; 409 not-ringing."""
    return _decide(carrier, request, True)


async def decline(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/decline: the caller hears that it is busy; 409 not-ringing."""
    return _decide(carrier, request, False)


async def hang_up(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/hangup; 409 not-in-a-call."""
    handset = _held(carrier, request)
    if handset.leg is None:
        return _no_call()
    handset.leg.put_down("person")
    return ok(handset.state())


async def press(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/press {"digits"}."""
    handset, body = _held(carrier, request), await body_of(request)
    digits = str(body["digits"])
    if not digits or set(digits) - TONES:
        raise ValueError(f"{digits!r} holds something that is no key")
    for key in digits:
        if handset.leg is None:
            return _no_call()
        handset.leg.press(key.upper())
    return ok(handset.state())


async def say(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/say {"words"}: to a Gather that listens and to whoever is connected."""
    handset, body = _held(carrier, request), await body_of(request)
    words = str(body["words"]).strip()
    if not words:
        raise ValueError("`words` is empty")
    if handset.leg is None or handset.leg.record.answered_at is None:
        return _no_call()
    handset.say(words)
    return ok(handset.state())


async def text(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /phones/{number}/text {"to", "body"}: 201 with the SID."""
    handset, body = _held(carrier, request), await body_of(request)
    to, words = str(body["to"]).replace(" ", ""), str(body["body"])
    if not to or not words:
        raise ValueError("a text message needs `to` and `body`")
    message = receive_message(carrier, handset.address, to, words)
    handset.mail()
    return ok({"sid": message.sid, "status": message.status}, 201)


async def read_messages(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /phones/{number}/messages: what reached this telephone and what it sent, the oldest first."""
    address = request.match_info["number"]
    received = "(to_number=? and status='delivered' and direction<>'inbound')"
    found = messages_where(
        carrier.store,
        [f"({received} or (from_number=? and direction='inbound'))"],
        [address, address],
        limit=_MOST_MESSAGES,
    )
    return ok({"messages": [_shown(message) for message in reversed(found)]})


def _shown(message: MessageRecord) -> dict[str, object]:
    mine = message.direction == "inbound"
    return {
        "sid": message.sid,
        "mine": mine,
        "with": message.to if mine else message.from_,
        "body": message.body,
        "at": iso(message.created_at if mine else message.delivered_at),
        "segments": message.segments,
    }


def _decide(carrier: Carrier, request: web.Request, answers: bool) -> web.Response:
    handset = _held(carrier, request)
    if not handset.decide(answers):
        return refuse("not-ringing", "Nothing rings on this telephone now.", 409)
    return ok(handset.state())


def _held(carrier: Carrier, request: web.Request) -> Handset:
    handset = carrier.handsets.at(request.match_info["number"])
    if handset is None:
        raise web.HTTPNotFound(text=_gone().text, content_type="application/json")
    return handset


def _no_call() -> web.Response:
    return refuse("not-in-a-call", "This telephone is in no call now.", 409)


def _gone() -> web.Response:
    return refuse("phone-not-held", "Nobody holds this telephone: POST /_simulator/phones first.", 404)

"""Telling one listener what it waits for, until the stream ends."""

import asyncio
import json
import socket
from typing import Protocol

from aiohttp import web

from callsvc.stream.entries import START, id_of
from callsvc.stream.hub import Hub
from callsvc.stream.listener import Listener
from callsvc.stream.sse import event, sign_of_life

PING_S = 5.0  # of silence; a page that hears nothing for longer knows that it is not live
PATIENCE_S = 20.0  # for a listener whose connection takes nothing
RETRY_MS = 2_000  # a browser whose stream broke comes back after this
_BUFFER = 16 * 1024  # bytes that may wait for one listener here, and about as many in the kernel
_RETURN_EACH_MS = 4  # after a stop, everybody does not come back at once
_RETURN_WITHIN_MS = 8_000


class Sink(Protocol):
    async def write(self, data: bytes) -> None: ...


def bound_memory(request: web.Request) -> None:
    """A listener that takes nothing may not fill our memory, and one that vanished is noticed."""
    transport = request.transport
    if transport is None:
        return
    transport.set_write_buffer_limits(high=_BUFFER)
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: milliseconds until unanswered data ends it
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(PATIENCE_S * 1000))


async def tell_until_over(sink: Sink, hub: Hub, listener: Listener, *, pings: bool) -> None:
    """Write events and signs of life; returns after the last event, raises what the connection raises.

    ``pings`` makes the signs of life events, as a page's script cannot see comments.
    """
    await _write(
        sink,
        event("ready", json.dumps(sorted(listener.words.values())), id=_id(hub, listener), retry_ms=RETRY_MS),
    )
    silent_since = hub.now()
    while not listener.ending:
        listener.woken.clear()
        now = hub.now()
        said = say(hub, listener, now)
        if not said and now - silent_since >= PING_S:
            id = _id(hub, listener)
            said = event("ping", "1", id=id) if pings else sign_of_life(id)
        if said:
            await _write(sink, said)
            silent_since = hub.now()
        else:
            await _wait(listener, min(listener.next_at(), silent_since + PING_S) - now)
    await _write(sink, _last_event(hub, listener))


def say(hub: Hub, listener: Listener, now: float) -> bytes:
    """What is due for this listener at ``now``; empty if nothing is."""
    if listener.take_resync(now):
        return event("resync", "1", id=_id(hub, listener))
    words = listener.take(now)
    if not words:
        return b""
    id = _id(hub, listener)
    said = b""
    if "desk" in words:
        version = words.pop("desk")
        said = event("desk", str(version), id="" if words else id)
    if words:
        said += event("changed", json.dumps(sorted(words)), id=id)
    return said


def _id(hub: Hub, listener: Listener) -> str:
    """How far they are, once they know everything up to there; until then they keep the id they have."""
    return id_of(hub.place) if listener.up_to_date and hub.place != START else ""


def _last_event(hub: Hub, listener: Listener) -> bytes:
    if listener.ending != "later":
        return event(listener.ending, "1")
    spread_ms = min(_RETURN_WITHIN_MS, _RETURN_EACH_MS * len(hub.listeners))
    wait_ms = 500 + int(spread_ms * hub.chance())
    return event("later", str(wait_ms), retry_ms=wait_ms)


async def _write(sink: Sink, text: bytes) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await sink.write(text)


async def _wait(listener: Listener, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await listener.woken.wait()
    except TimeoutError:
        return

"""Server-sent events: what happens is pushed, nobody asks again and again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

_LOOK_EVERY = 1.0  # machine seconds between two looks at whether the reader is still there
_BREATH_EVERY = 15  # looks between two comments that keep the connection open

Event = tuple[str, Any]


async def open_stream(request: web.Request) -> web.StreamResponse:
    """Begin; the browser comes back one second after it loses the connection."""
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    return response


async def send_event(response: web.StreamResponse, event: Event) -> None:
    """Write one event with its JSON."""
    name, facts = event
    await response.write(f"event: {name}\ndata: {json.dumps(facts, ensure_ascii=False)}\n\n".encode())


async def follow_queue(
    request: web.Request, response: web.StreamResponse, queue: asyncio.Queue[Event]
) -> None:
    """Send what comes through the queue until the reader is gone, or `closed` was sent."""
    silent = 0
    while request.transport is not None and not request.transport.is_closing():
        try:
            event = await asyncio.wait_for(queue.get(), _LOOK_EVERY)
        except TimeoutError:
            silent += 1
            if silent % _BREATH_EVERY == 0:
                await response.write(b": still here\n\n")
            continue
        await send_event(response, event)
        if event[0] == "closed":
            return

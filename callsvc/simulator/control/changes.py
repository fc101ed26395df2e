"""GET /_simulator/changes: tells, at most every half second, that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.streams import open_stream, send_event

_GATHER_FOR = 0.5  # machine seconds
_LOOK_EVERY = 15.0


async def follow_changes(carrier: Carrier, request: web.Request) -> web.StreamResponse:
    """An event `changed` whenever the timeline of anything, or of `subject`, grew."""
    subject = request.query.get("subject", "")
    changed = asyncio.Event()

    def hear(about: str, at: datetime, kind: str, facts: Mapping[str, Any]) -> None:  # noqa: ARG001 - a listener
        if not subject or about == subject:
            changed.set()

    response = await open_stream(request)
    carrier.store.listeners.append(hear)
    try:
        while request.transport is not None and not request.transport.is_closing():
            try:
                await asyncio.wait_for(changed.wait(), _LOOK_EVERY)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            await asyncio.sleep(_GATHER_FOR)
            changed.clear()
            await send_event(response, ("changed", {"subject": subject}))
    except ConnectionResetError:
        pass  # the reader left
    finally:
        carrier.store.listeners.remove(hear)
    return response

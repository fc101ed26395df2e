"""Waiting for the first of several things that may happen to a call."""

from __future__ import annotations

import asyncio


async def first_event(*events: asyncio.Event) -> None:
    """Until one of these happened."""
    if any(event.is_set() for event in events):
        return
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()

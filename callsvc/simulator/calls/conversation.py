"""A conversation: documents one after the other, until one ends, the call ends or the service moves it."""

from __future__ import annotations

import asyncio
import logging

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.places import CALL, Place
from callsvc.simulator.twiml.script import follow

_log = logging.getLogger(__name__)


async def converse(leg: Leg, first: Source, place: Place = CALL) -> None:
    """Follow documents from `first` on; returns when the last one ended.

    A call that the service moves is in a place of its own from then on, whatever it was in before.
    """
    source: Source | None = first
    while source is not None:
        if leg.moved is not None:
            source, leg.moved, place = leg.moved, None, CALL
        leg.script = leg.carrier.spawn(follow(leg, source, place))
        try:
            await asyncio.wait({leg.script})
        except asyncio.CancelledError:
            leg.script.cancel()
            raise
        script, leg.script = leg.script, None
        source = leg.moved
        if source is None and not script.cancelled() and script.exception() is not None:
            _log.error("call %s: a verb failed", leg.record.sid, exc_info=script.exception())
            leg.end("failed", "carrier")

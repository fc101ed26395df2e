"""Pause: silence. "length: default 1 second"."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.document import number


async def pause(leg: Leg, element: Element) -> Source | None:
    """Be silent for `length` lived seconds."""
    await leg.rest(max(0.0, number(element, "length", 1.0)))
    return None

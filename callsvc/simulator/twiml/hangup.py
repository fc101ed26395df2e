"""Hangup: ends the call; nothing after it runs."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.errors import HangUp


async def hangup(leg: Leg, element: Element) -> Source | None:  # noqa: ARG001 - every verb has this form
    """End the call."""
    raise HangUp

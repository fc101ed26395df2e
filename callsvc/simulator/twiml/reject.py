"""Reject: refuses an inbound call without answering it. "reason: rejected (default) or busy"."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.errors import HangUp, Rejected


async def reject(leg: Leg, element: Element) -> Source | None:
    """Refuse; "if the call was already answered, it is hung up"."""
    if leg.record.answered_at is not None:
        raise HangUp
    raise Rejected("busy" if element.get("reason") == "busy" else "no-answer")

"""Leave: takes the call out of its queue; the verb after its Enqueue, or the action, is next."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.errors import LeaveQueue


async def leave(leg: Leg, element: Element) -> Source | None:  # noqa: ARG001 - every verb has this form
    """Leave the queue."""
    raise LeaveQueue

"""Echo: the caller hears themselves until they hang up."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source


async def echo(leg: Leg, element: Element) -> Source | None:  # noqa: ARG001 - every verb has this form
    """Until the call ends or is moved."""
    await leg.over.wait()
    return None

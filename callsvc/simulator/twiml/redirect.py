"""Redirect: another document replaces this one; "verbs after Redirect are unreachable"."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.document import text_of
from callsvc.simulator.twiml.where import source_at


async def redirect(leg: Leg, element: Element) -> Source | None:
    """Go to the address inside, by POST unless `method` says GET; empty means this document again."""
    return source_at(leg, text_of(element), element.get("method"))

"""Dial: connects the call to a conference, or to numbers and clients that ring together."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.dial_conference import dial_conference
from callsvc.simulator.twiml.dial_parties import dial_parties
from callsvc.simulator.twiml.document import SCHEMA_FAILURE, text_of
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.twiml.where import source_at

_PARTIES = ("Number", "Client")


async def dial(leg: Leg, element: Element) -> Source | None:
    """Connect; afterwards the action is asked with DialCallStatus, or without one the next verb runs."""
    children = list(element)
    nouns = {child.tag for child in children}
    if nouns == {"Conference"}:
        result = await dial_conference(leg, element, children[0])
    elif nouns <= set(_PARTIES) and (children or text_of(element)):
        result = await dial_parties(leg, element)
    else:
        raise DocumentError(SCHEMA_FAILURE, f"Schema validation: Dial cannot hold {', '.join(sorted(nouns))}")
    leg.note("dialled", **result)
    action = element.get("action")
    return source_at(leg, action, element.get("method"), **result) if action else None

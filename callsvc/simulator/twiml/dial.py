"""Dial: connects the call to a conference, to a queue, or to numbers, clients and SIP addresses that ring."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.answering import answer_inbound
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.dial_conference import dial_conference
from callsvc.simulator.twiml.dial_parties import dial_parties
from callsvc.simulator.twiml.dial_queue import dial_queue
from callsvc.simulator.twiml.document import text_of
from callsvc.simulator.twiml.warning import warn
from callsvc.simulator.twiml.where import source_at

_ALONE = {"Conference": dial_conference, "Queue": dial_queue}


async def dial(leg: Leg, element: Element) -> Source | None:
    """Connect; afterwards the action is asked with DialCallStatus, or without one the next verb runs."""
    nouns = list(element)
    if not nouns and not text_of(element):
        return None  # what was in it could not be used, and was warned of
    home, action = leg.document_url, element.get("action")
    alone = _ALONE.get(nouns[0].tag) if nouns else None
    if alone is not None:
        if len(nouns) > 1:
            warn(leg, codes.MIXED_NOUNS, ", ".join(noun.tag for noun in nouns))
        answer_inbound(leg)
        result = await alone(leg, element, nouns[0])
    else:
        result = await dial_parties(leg, element)
    leg.note("dialled", **result)
    leg.document_url = home  # a document of the waiting has its own
    return source_at(leg, action, element.get("method"), **result) if action else None

"""Verbs that this carrier accepts and does not run: Connect, Refer, Pay, Prompt.

They need a party of their own (a media server, a SIP phone, a payment processor). A notification says so,
and the document goes on as after the vendor's own failure: at the action, told of an error, or the next verb.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.warning import warn
from callsvc.simulator.twiml.where import source_at

_RESULTS = {
    "Connect": {"Result": "error"},
    "Refer": {"ReferCallStatus": "failed"},
    "Pay": {"Result": "internal-error"},
}


async def not_run(leg: Leg, element: Element) -> Source | None:
    """Say so, and go on."""
    warn(leg, codes.NOT_RUN, element.tag)
    action = element.get("action")
    if not action:
        return None
    return source_at(leg, action, element.get("method"), **_RESULTS.get(element.tag, {}))

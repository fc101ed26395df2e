"""Start: begins something beside the call and goes on with the next verb at once."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.side_streams import SideStream
from callsvc.simulator.recordings.starting import record_call, wish_of
from callsvc.simulator.twiml.where import source_at


async def start(leg: Leg, element: Element) -> Source | None:
    """Begin streams, forks, transcriptions and recordings."""
    for noun in element:
        if noun.tag == "Recording":
            wish = wish_of(noun.attrib, leg.document_url, dual=noun.get("channels") == "dual")
            recorder = record_call(leg, "StartCallRecordingTwiML", wish)
            leg.recordings_by_name[noun.get("name", "")] = recorder
            continue
        address = noun.get("statusCallback") or noun.get("statusCallbackUrl")
        source = source_at(leg, address, noun.get("statusCallbackMethod")) if address else Source()
        SideStream(leg, noun.tag, noun.get("name", ""), source.url, source.method).start()
    return None

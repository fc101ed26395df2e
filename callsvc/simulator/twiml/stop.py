"""Stop: ends, by its name, something that Start began."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source


async def stop(leg: Leg, element: Element) -> Source | None:
    """End it; a name that nothing has is passed over, as the vendor does."""
    for noun in element:
        name = noun.get("name", "")
        if noun.tag == "Recording":
            recorder = leg.recordings_by_name.pop(name, None)
            if recorder is not None:
                recorder.stop("processing")
        elif (stream := leg.side_streams.get(name)) is not None:
            stream.stop()
    return None

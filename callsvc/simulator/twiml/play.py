"""Play: a sound file, or keys. The file is not fetched; the person "hears" its address."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.document import text_of
from callsvc.simulator.twiml.speech import KEY, SOUND, repetitions


async def play(leg: Leg, element: Element) -> Source | None:
    """Play a file for a fixed time, or `digits` at half a second each (w waits half a second)."""
    digits = element.get("digits")
    if digits:
        leg.note("played", digits=digits)
        await leg.rest(KEY * len(digits))
        return None
    address = text_of(element)
    for _ in repetitions(element.get("loop")):
        if not address or (leg.gathering is not None and leg.gathering.begun):
            break
        leg.note("played", url=address)
        await leg.say(address, SOUND)
    return None

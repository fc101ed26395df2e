"""Say: a voice reads a text. "loop: how many times; 0 repeats until the call is hung up".

The voice changes nothing but what is noted; SSML inside is read as the words it holds.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.codes import CODES, SAY_TEXT, SAY_TOO_LONG
from callsvc.simulator.twiml.document import text_of
from callsvc.simulator.twiml.speech import repetitions, seconds_of

LONGEST = 4096  # letters


async def say(leg: Leg, element: Element) -> Source | None:
    """Speak; inside a Gather the first key stops it."""
    text = text_of(element)
    if not text or len(text) > LONGEST:
        code = SAY_TOO_LONG if text else SAY_TEXT
        leg.note("notification", code=code, level=CODES[code].level, message=CODES[code].words)
        return None
    for _ in repetitions(element.get("loop")):
        if leg.gathering is not None and leg.gathering.begun:
            break
        leg.note("said", text=text, language=element.get("language", ""))
        await leg.say(text, seconds_of(text), element.get("language", ""))
    return None

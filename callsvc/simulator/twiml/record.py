"""Record: keeps what the person says, as voicemail does.

"timeout: seconds of silence that end it, default 5. finishOnKey: default any key. maxLength: default 3600.
playBeep: default true. trim: default trim-silence. action: default the current document, with RecordingUrl,
RecordingSid, RecordingDuration and Digits (the key, or hangup)." Without any sound the next verb runs.
"""

from __future__ import annotations

import asyncio
import math
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.listening import Listening
from callsvc.simulator.recordings.recorder import Recorder
from callsvc.simulator.recordings.starting import record_call, wish_of
from callsvc.simulator.twiml.document import flag, number
from callsvc.simulator.twiml.where import source_at

ANY_KEY = "1234567890*#"
BEEP = 0.5  # lived seconds


async def record(leg: Leg, element: Element) -> Source | None:
    """Record until silence, a key, the longest time or the end of the call."""
    source_at(leg, element.get("action"), None)  # a bad address is an error before anything is recorded
    clock = leg.carrier.clock
    listening = leg.gathering = Listening(clock, element.get("finishOnKey", ANY_KEY))
    try:
        if flag(element, "playBeep", True):
            await leg.say("beep", BEEP)
        recorder = record_call(leg, "RecordVerb", wish_of(element.attrib, leg.document_url))
        begun = clock.now()
        try:
            await listening.listen(number(element, "timeout", 5.0), number(element, "maxLength", 3600.0))
        except asyncio.CancelledError:
            if leg.over.is_set():
                _tell_hung_up(leg, element, recorder, listening)
            raise
        trimmed = element.get("trim", "trim-silence") == "trim-silence"
        heard = listening.sound if trimmed else (clock.now() - begun).total_seconds()
    finally:
        leg.gathering = None
    return _following(leg, element, recorder, listening, heard)


def _following(
    leg: Leg, element: Element, recorder: Recorder, listening: Listening, heard: float
) -> Source | None:
    """Where the call goes: to the action, or on, when nothing was said."""
    leg.note("recorded", words=listening.words, key=listening.finished_by)
    recorder.close("processing", heard if listening.words else 0.0)
    if not listening.words:
        return None
    extra = _parameters(recorder, heard, listening.finished_by)
    return source_at(leg, element.get("action"), element.get("method"), **extra)


def _tell_hung_up(leg: Leg, element: Element, recorder: Recorder, listening: Listening) -> None:
    """ "Digits: hangup": the action is told of the recording though its document plays to nobody."""
    from callsvc.simulator.twiml.script import fetch  # a script runs verbs, and this is one

    leg.note("recorded", words=listening.words, key="hangup")
    if not listening.words:
        recorder.close("processing", 0.0)
        return
    heard = recorder.counted
    recorder.close("processing", heard)
    extra = _parameters(recorder, heard, "hangup")
    leg.carrier.spawn(fetch(leg, source_at(leg, element.get("action"), element.get("method"), **extra)))


def _parameters(recorder: Recorder, heard: float, key: str) -> dict[str, str]:
    return {
        "RecordingUrl": recorder.url,
        "RecordingSid": recorder.record.sid,
        "RecordingDuration": str(max(1, math.ceil(heard))),
        "Digits": key,
    }

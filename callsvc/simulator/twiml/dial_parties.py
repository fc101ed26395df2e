"""Number, Client and Sip inside Dial: up to ten ring together, the first to be ready is bridged.

"timeout: default 30 s. timeLimit: default 4 hours. url runs a document on the called leg before it is
bridged; it may not dial. sequential: one after the other. hangupOnStar: the caller's star key ends the
other's call and the document goes on." A called leg that the service moves away leaves the Dial.
"""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.answering import answer_inbound
from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.calls.waiting import first_event
from callsvc.simulator.recordings.recorder import Recorder
from callsvc.simulator.recordings.starting import record_call, wish_of
from callsvc.simulator.twiml.document import flag, number
from callsvc.simulator.twiml.party import live_party, parties
from callsvc.simulator.twiml.warning import warn


async def dial_parties(leg: Leg, element: Element) -> dict[str, str]:
    """Ring, bridge, and say how it went in the words of the action's parameters."""
    children, problem = parties(leg, element)
    if problem is not None:
        warn(leg, *problem)
    if not children:
        return {"DialCallStatus": "failed", "DialBridged": "false"}
    at_once = [[child] for child in children] if flag(element, "sequential", False) else [children]
    recorder = _recorder(leg, element, "ringing")
    result: dict[str, str] = {}
    for together in at_once:
        result = await _ring_and_talk(leg, element, together, recorder)
        if result["DialBridged"] == "true":
            break
    return result


async def _ring_and_talk(
    leg: Leg, element: Element, children: list[Leg], recorder: Recorder | None
) -> dict[str, str]:
    for child in children:
        child.begin(live_party(child))
    try:
        winner = await _first_ready(children)
        if winner is None:
            last = children[-1].record
            return {"DialCallStatus": last.status, "DialCallSid": last.sid, "DialBridged": "false"}
        _release(children, winner)
        answer_inbound(leg)
        recorder = recorder or _recorder(leg, element, "answer")
        await _talk(leg, winner, element)
    finally:
        _release(children, None)
        if recorder is not None:
            recorder.stop("processing")
        if leg.voice is not None and not leg.over.is_set():
            leg.voice.bridge(False)
    return _bridged(winner, recorder)


def _bridged(winner: Leg, recorder: Recorder | None) -> dict[str, str]:
    result = {"DialCallStatus": "completed", "DialCallSid": winner.record.sid, "DialBridged": "true"}
    if winner.over.is_set():  # "not sent if the child call was moved to another document"
        result["DialCallDuration"] = str(winner.record.duration or 0)
    if recorder is not None:
        result |= {"RecordingUrl": recorder.url, "RecordingSid": recorder.record.sid}
    return result


async def _first_ready(children: list[Leg]) -> Leg | None:
    """The first leg that is ready to be bridged; None when every one of them ended or was moved."""
    left = list(children)
    while left:
        await first_event(*(event for child in left for event in (child.ready, child.over, child.parted)))
        ready = [child for child in left if child.ready.is_set() and not child.over.is_set()]
        if ready:
            return ready[0]
        left = [child for child in left if not child.over.is_set() and not child.parted.is_set()]
    return None


def _release(children: list[Leg], winner: Leg | None) -> None:
    """End every leg but the winner, and those that the service moved away."""
    for child in children:
        if child is not winner and not child.parted.is_set():
            child.end("completed" if child.record.answered_at else "canceled", "service")


async def _talk(leg: Leg, winner: Leg, element: Element) -> None:
    for voice in (leg.voice, winner.voice):
        if voice is not None:
            voice.bridge(True)
    leg.note("bridged", with_call=winner.record.sid)
    limit = number(element, "timeLimit", 14400.0)
    timer = leg.carrier.clock.call_later(limit, lambda: winner.end("completed", "carrier"))
    star = asyncio.Event()
    if flag(element, "hangupOnStar", False):
        leg.hears_star = star
    try:
        await first_event(winner.over, winner.parted, star)
    finally:
        leg.hears_star = None
        timer.cancel()
    if winner.voice is not None and not winner.over.is_set():
        winner.voice.bridge(False)


def _recorder(leg: Leg, element: Element, moment: str) -> Recorder | None:
    """The recording this Dial asks for, if it is to begin at this moment (ringing or answer)."""
    wanted = element.get("record", "do-not-record").lower()
    wanted = "record-from-answer" if wanted == "true" else wanted
    if not wanted.startswith(f"record-from-{moment}"):
        return None
    wish = wish_of(element.attrib, leg.document_url, dual=wanted.endswith("-dual"))
    return record_call(leg, "DialVerb", wish)

"""Queue inside Dial: connects with the call that waits longest.

"If the queue is empty, Dial waits until the next person joins or the timeout is reached. If the queue does
not exist, Dial posts an error status to its action URL. url runs on the queued caller's end before the
parties are connected." Reservations of a task router are accepted and change nothing.
"""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.calls.waiting import first_event
from callsvc.simulator.queues.queue import LONGEST_NAME, Member
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import flag, number, text_of
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.twiml.where import source_at


async def dial_queue(leg: Leg, element: Element, noun: Element) -> dict[str, str]:
    """Wait for somebody, talk, and say how it went in the words of the action's parameters."""
    name = text_of(noun)
    if not name:
        raise DocumentError(codes.DIAL_QUEUE_NAME_SHORT)
    if len(name) > LONGEST_NAME:
        raise DocumentError(codes.DIAL_QUEUE_NAME_LONG, name)
    queue = leg.carrier.queues.get(name)
    if queue is None:
        return {"DialCallStatus": "failed", "DialBridged": "false"}
    member = await queue.next_member(number(element, "timeout", 30.0))
    if member is None:
        return {"DialCallStatus": "no-answer", "DialBridged": "false"}
    _call(leg, member, noun)
    try:
        return await _talk(leg, member, element)
    finally:
        member.released.set()
        if leg.voice is not None and not leg.over.is_set():
            leg.voice.bridge(False)


def _call(leg: Leg, member: Member, noun: Element) -> None:
    """The parameters of the url go with the queued caller's own."""
    address = noun.get("url")
    told = {"QueueSid": member.queue.sid, "QueueTime": str(member.waited), "DequeingCallSid": leg.record.sid}
    member.call(leg, source_at(leg, address, noun.get("method"), **told) if address else None)


async def _talk(leg: Leg, member: Member, element: Element) -> dict[str, str]:
    result = {"DialCallSid": member.leg.record.sid}
    await first_event(member.bridged, member.gone)
    if not member.bridged.is_set():
        return result | {"DialCallStatus": "no-answer", "DialBridged": "false"}
    began = leg.carrier.clock.now()
    if leg.voice is not None:
        leg.voice.bridge(True)
    leg.note("bridged", with_call=member.leg.record.sid)
    star = asyncio.Event()
    if flag(element, "hangupOnStar", False):
        leg.hears_star = star
    over = leg.carrier.clock.call_later(number(element, "timeLimit", 14400.0), star.set)
    try:
        await first_event(member.gone, star)
    finally:
        leg.hears_star = None
        over.cancel()
    seconds = int((leg.carrier.clock.now() - began).total_seconds())
    return result | {"DialCallStatus": "completed", "DialCallDuration": str(seconds), "DialBridged": "true"}

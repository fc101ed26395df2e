"""Number and Client inside Dial: up to ten ring together, the first to answer is bridged.

"timeout: default 30 s. timeLimit: default 4 hours. callerId: default the caller's own. url on a Number runs
a document on the called leg before it is bridged."
"""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.detecting import detect_machine
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.record import CallOptions, CallRecord
from callsvc.simulator.calls.ringing import ring
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.calls import insert_call
from callsvc.simulator.twiml.document import number, text_of
from callsvc.simulator.twiml.where import source_at

_AT_ONCE = 10


async def dial_parties(leg: Leg, element: Element) -> dict[str, str]:
    """Ring, bridge, and say how it went in the words of the action's parameters."""
    nouns = list(element) or [element]
    children = [_child(leg, element, noun) for noun in nouns[:_AT_ONCE]]
    for child in children:
        child.begin(_live_child(child))
    try:
        winner = await _first_bridged(children)
        if winner is None:
            last = children[-1].record
            return {"DialCallStatus": last.status, "DialCallSid": last.sid, "DialBridged": "false"}
        _release_others(children, winner)
        await _talk(leg, winner, number(element, "timeLimit", 14400.0))
    finally:
        for child in children:
            child.end("completed" if child.record.answered_at else "canceled", "service")
        if leg.voice is not None and not leg.over.is_set():
            leg.voice.bridge(False)
    return {
        "DialCallStatus": "completed",
        "DialCallSid": winner.record.sid,
        "DialCallDuration": str(winner.record.duration or 0),
        "DialBridged": "true",
    }


def _child(leg: Leg, element: Element, noun: Element) -> Leg:
    now = leg.carrier.clock.now()
    to = text_of(noun)
    whisper = noun.get("url", "") if noun is not element else ""
    parent = leg.record
    record = CallRecord(
        sid=new_sid("CA"),
        direction="outbound-dial",
        to=f"client:{to.removeprefix('client:')}" if noun.tag == "Client" else to,
        from_=element.get("callerId") or (parent.from_ if parent.direction == "inbound" else parent.to),
        created_at=now,
        updated_at=now,
        parent_sid=parent.sid,
        url=whisper or None,
        options=_options(leg, element, noun, whisper),
    )
    insert_call(leg.carrier.store, record)
    leg.carrier.store.commit()
    return Leg(leg.carrier, record, Source(record.options.url, record.options.method))


def _options(leg: Leg, element: Element, noun: Element, whisper: str) -> CallOptions:
    callback = noun.get("statusCallback", "") if noun is not element else ""
    return CallOptions(
        url=source_at(leg, whisper, None).url if whisper else "",
        method=noun.get("method", "POST").upper() if noun is not element else "POST",
        status_callback=source_at(leg, callback, None).url if callback else "",
        status_method=noun.get("statusCallbackMethod", "POST").upper(),
        status_events=tuple(noun.get("statusCallbackEvent", "completed").split()),
        timeout=number(element, "timeout", 30.0),
        send_digits=noun.get("sendDigits", ""),
        machine_detection=noun.get("machineDetection", ""),
        async_amd=True,
        amd_callback=source_at(leg, noun.get("amdStatusCallback"), None).url
        if noun.get("amdStatusCallback")
        else "",
    )


async def _live_child(child: Leg) -> None:
    """Ring; after the answer run the whisper, then stay until somebody ends the leg."""
    from callsvc.simulator.calls.conversation import converse  # a conversation runs verbs, and this is one

    if not await ring(child):
        return
    await detect_machine(child)
    if child.first.url:
        await converse(child, child.first)
    child.ready.set()
    await child.over.wait()


async def _first_bridged(children: list[Leg]) -> Leg | None:
    waits = {asyncio.ensure_future(child.ready.wait()): child for child in children}
    ends = {asyncio.ensure_future(child.over.wait()): child for child in children}
    try:
        while ends:
            done, _ = await asyncio.wait({*waits, *ends}, return_when=asyncio.FIRST_COMPLETED)
            ready = [waits[task] for task in done if task in waits and not waits[task].over.is_set()]
            if ready:
                return ready[0]
            for task in done:
                ends.pop(task, None)
                waits.pop(task, None)
        return None
    finally:
        for task in (*waits, *ends):
            task.cancel()


def _release_others(children: list[Leg], winner: Leg) -> None:
    for child in children:
        if child is not winner:
            child.end("completed" if child.record.answered_at else "canceled", "service")


async def _talk(leg: Leg, winner: Leg, limit: float) -> None:
    for voice in (leg.voice, winner.voice):
        if voice is not None:
            voice.bridge(True)
    leg.note("bridged", with_call=winner.record.sid)
    timer = leg.carrier.clock.call_later(limit, lambda: winner.end("completed", "carrier"))
    try:
        await winner.over.wait()
    finally:
        timer.cancel()

"""Conference inside Dial: joins the named conference until the call leaves it.

"A conference with the same name that is live is joined, otherwise one is created. statusCallback and
statusCallbackEvent count from the participant that creates it."
"""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.calls.room import RoomCallback, Stay, StayOptions, room_named
from callsvc.simulator.twiml.document import flag, text_of
from callsvc.simulator.twiml.where import source_at


async def dial_conference(leg: Leg, element: Element, noun: Element) -> dict[str, str]:
    """Stay in the conference until it ends, the participant is removed, or the call ends or moves."""
    room = room_named(leg.carrier, text_of(noun), _callback(leg, noun))
    stay = room.join(leg, _options(noun))
    try:
        if flag(element, "hangupOnStar", False):
            await _until_star(leg, stay)
        else:
            await stay.wait()
    finally:
        room.leave(stay, "participant_hung_up" if leg.over.is_set() else "participant_updated_via_api")
    return {"DialCallStatus": "answered", "DialBridged": "true"}


async def _until_star(leg: Leg, stay: Stay) -> None:
    """Stay until released, or until the person presses the star key."""
    leg.hears_star = asyncio.Event()
    waits = {asyncio.ensure_future(stay.wait()), asyncio.ensure_future(leg.hears_star.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leg.hears_star = None
        for task in waits:
            task.cancel()


def _options(noun: Element) -> StayOptions:
    return StayOptions(
        label=noun.get("participantLabel", ""),
        muted=flag(noun, "muted", False),
        start_on_enter=flag(noun, "startConferenceOnEnter", True),
        end_on_exit=flag(noun, "endConferenceOnExit", False),
    )


def _callback(leg: Leg, noun: Element) -> RoomCallback:
    address = noun.get("statusCallback", "")
    if not address:
        return RoomCallback()
    source = source_at(leg, address, noun.get("statusCallbackMethod"))
    events = noun.get("statusCallbackEvent", "start end").split()
    return RoomCallback(source.url, source.method, frozenset(events))

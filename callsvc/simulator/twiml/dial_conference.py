"""Conference inside Dial: joins the named conference until the call leaves it.

"A conference with the same name that is live is joined, otherwise one is created. statusCallback and
statusCallbackEvent count from the participant that creates it. Before it starts its participants hear the
waitUrl, which may hold Say, Play, Pause and Redirect."
"""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.room import Room, RoomCallback, Stay, StayOptions, room_named
from callsvc.simulator.calls.waiting import first_event
from callsvc.simulator.recordings.starting import record_conference, wish_of
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import flag, number, text_of
from callsvc.simulator.twiml.errors import DocumentError
from callsvc.simulator.twiml.holding import play_over_and_over
from callsvc.simulator.twiml.places import CONFERENCE_WAIT
from callsvc.simulator.twiml.warning import warn
from callsvc.simulator.twiml.where import source_at

LONGEST_NAME = 128
_FAILED = {"DialCallStatus": "failed", "DialBridged": "false"}


async def dial_conference(leg: Leg, element: Element, noun: Element) -> dict[str, str]:
    """Stay in the conference until it ends, the participant is removed, or the call ends or moves."""
    name = text_of(noun)
    if not 1 <= len(name) <= LONGEST_NAME:
        warn(leg, codes.CONFERENCE_NAME, name[:LONGEST_NAME])
        return _FAILED
    room = _room(leg, noun, name)
    if room is None:
        return _FAILED
    stay = room.join(leg, _options(noun))
    source = _wait_source(leg, noun)
    music = leg.carrier.spawn(_wait(leg, room, source)) if source is not None else None
    _record(leg, room, noun)
    try:
        await _until_left(leg, stay, star=flag(element, "hangupOnStar", False))
    finally:
        if music is not None:
            music.cancel()
        room.leave(stay, "participant_hung_up" if leg.over.is_set() else "participant_updated_via_api")
    return {"DialCallStatus": "answered", "DialBridged": "true"}


def _room(leg: Leg, noun: Element, name: str) -> Room | None:
    """The conference, or None when this call may not come in: it is full, or coaches nobody in it."""
    coach = noun.get("coach", "")
    live = leg.carrier.rooms.get(name)
    if coach and (live is None or coach not in live.stays):
        warn(leg, codes.CONFERENCE_COACH, coach)
        return None
    room = room_named(leg.carrier, name, _callback(leg, noun))
    if live is None:
        room.most = min(room.most, int(number(noun, "maxParticipants", room.most)))
    if room.full:
        leg.note("refused", conference=name, reason="full")
        return None
    return room


def _wait_source(leg: Leg, noun: Element) -> Source | None:
    """What is heard until the conference starts; nothing when there is no address, or none that can be."""
    if not noun.get("waitUrl"):
        return None
    try:
        return source_at(leg, noun.get("waitUrl"), noun.get("waitMethod"))
    except DocumentError:
        warn(leg, codes.CONFERENCE_WAIT_URL, noun.get("waitUrl", ""))
        return None


async def _wait(leg: Leg, room: Room, source: Source) -> None:
    """Play the waitUrl again and again until the conference starts."""
    music = leg.carrier.spawn(play_over_and_over(leg, lambda: source, CONFERENCE_WAIT))
    try:
        await room.begun.wait()
    finally:
        music.cancel()


async def _until_left(leg: Leg, stay: Stay, *, star: bool) -> None:
    """Stay until released, or until the person presses the star key where that is asked for."""
    if not star:
        await stay.wait()
        return
    leg.hears_star = asyncio.Event()
    try:
        await first_event(stay.left, leg.hears_star)
    finally:
        leg.hears_star = None


def _options(noun: Element) -> StayOptions:
    return StayOptions(
        label=noun.get("participantLabel", ""),
        muted=flag(noun, "muted", False),
        start_on_enter=flag(noun, "startConferenceOnEnter", True),
        end_on_exit=flag(noun, "endConferenceOnExit", False),
        coach=noun.get("coach", ""),
    )


def _record(leg: Leg, room: Room, noun: Element) -> None:
    wanted = noun.get("record", "do-not-record").lower() in ("true", "record-from-start")
    if wanted and not room.recorded:
        room.recorded = True
        record_conference(room, leg.carrier, wish_of(noun.attrib, leg.document_url))


def _callback(leg: Leg, noun: Element) -> RoomCallback:
    address = noun.get("statusCallback", "")
    if not address:
        return RoomCallback()
    source = source_at(leg, address, noun.get("statusCallbackMethod"))
    events = noun.get("statusCallbackEvent", "start end").split()
    return RoomCallback(source.url, source.method, frozenset(events))

"""What is played into a conference over the REST interface: announcements, documents for those on hold."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callsvc.simulator.calls.leg import Source
from callsvc.simulator.calls.room import Room, Stay
from callsvc.simulator.calls.waiting import first_event
from callsvc.simulator.twiml.errors import DocumentError, Stop
from callsvc.simulator.twiml.holding import play_over_and_over
from callsvc.simulator.twiml.places import CONFERENCE_WAIT
from callsvc.simulator.twiml.script import notify, run

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier


async def announce(room: Room, stay: Stay, url: str, method: str) -> None:
    """Play a document to one participant; the conference's callback hears how it went."""
    failure = await _play(room, stay, url, method)
    room.tell_announced(url, stay.leg.record.sid, failure)


async def announce_to_all(carrier: Carrier, room: Room, url: str, method: str) -> None:
    """Play a document to everybody in the conference."""
    playing = [carrier.spawn(_play(room, stay, url, method)) for stay in list(room.stays.values())]
    failures = await asyncio.gather(*playing)
    room.tell_announced(url, failure=next(filter(None, failures), ""))


async def play_on_hold(room: Room, stay: Stay, url: str, method: str) -> None:
    """Play the hold document again and again, until the hold is lifted or the participant leaves."""
    extra = {"ConferenceSid": room.sid, "FriendlyName": room.name}
    source = Source(url, method, extra=extra)
    music = stay.leg.carrier.spawn(play_over_and_over(stay.leg, lambda: source, CONFERENCE_WAIT))
    try:
        await first_event(stay.left, stay.unheld)
    finally:
        music.cancel()


async def _play(room: Room, stay: Stay, url: str, method: str) -> str:
    """Run a document beside the Dial that holds the call, until they leave; why it failed, or nothing."""
    extra = {"ConferenceSid": room.sid, "FriendlyName": room.name}
    leg, document_url = stay.leg, stay.leg.document_url
    playing = asyncio.ensure_future(run(leg, Source(url, method, extra=extra), CONFERENCE_WAIT))
    gone = asyncio.ensure_future(stay.left.wait())
    try:
        await asyncio.wait((playing, gone), return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            await playing
    except DocumentError as problem:
        notify(leg, problem)
        return str(problem.code)
    except Stop:
        return ""
    finally:
        playing.cancel()
        gone.cancel()
        leg.document_url = document_url  # the Dial's action is relative to its own document
    return ""

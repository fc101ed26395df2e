"""The Participant resource: dial somebody into a conference, see who is in it, mute, hold, coach, remove."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.calls.announcing import announce, play_on_hold
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.placing import place_call
from callsvc.simulator.calls.room import Room, Stay, StayOptions, room_named
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.identifiers import is_sid
from callsvc.simulator.recordings.starting import record_from_answer
from callsvc.simulator.rest.call_options import recording_wish
from callsvc.simulator.rest.calls import check_pace, warn_of_events
from callsvc.simulator.rest.checks import check_callable, check_caller
from callsvc.simulator.rest.conferences import conference_row, live_room, room_of_sid
from callsvc.simulator.rest.errors import ApiError, answer, not_found, nothing
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.rest.participant_options import (
    asked_events,
    participant_document,
    participant_options,
    room_callback,
    stay_options,
)

_STATUSES = {"queued": "queued", "initiated": "connecting", "ringing": "ringing"}


async def create_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Conferences/{sid or name}/Participants.json: the call that answers is put into the conference."""
    form = await Form.of(request)
    check_callable(form.get("To"))
    check_caller(form.get("From"))
    options, stay, wish = participant_options(form), stay_options(form), recording_wish(form)
    check_pace(carrier)
    name = request.match_info["sid"]
    room = live_room(carrier, name)
    if room is None and is_sid(name, "CF"):
        raise not_found(request.path)
    room = room or room_named(carrier, name, room_callback(form))
    document = Source(twiml=participant_document(room.name, form))
    leg = place_call(carrier, form.get("To"), form.get("From"), options, document)
    room.awaited[leg.record.sid] = stay
    carrier.spawn(_expect(room, leg))
    if form.flag("Record"):
        carrier.spawn(record_from_answer(leg, "OutboundAPI", wish))
    warn_of_events(leg, asked_events(form))
    return answer(_render(carrier, room, leg, stay), 201)


async def list_participants(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences/{sid}/Participants.json: "either connecting to, or actively connected to" it.

    Those who are being dialled come last; there is nobody once the conference is over.
    """
    conference_row(carrier, request)
    room = live_room(carrier, request.match_info["sid"])
    people = _people(carrier, room) if room is not None else []
    for name, flag in (("Muted", "muted"), ("Hold", "hold"), ("Coaching", "coach")):
        if name in request.query:
            asked = request.query[name].lower() == "true"
            people = [one for one in people if bool(getattr(one[1], flag)) is asked]
    wanted = wanted_page(request)
    rows = people[wanted.offset : wanted.offset + wanted.size + 1]

    def render(one: tuple[Leg, StayOptions]) -> dict[str, Any]:
        return _render(carrier, room, *one) if room is not None else {}

    return answer(envelope(request, "participants", wanted, rows, lambda one: one[0].record.seq, render))


def _people(carrier: Carrier, room: Room) -> list[tuple[Leg, StayOptions]]:
    """Who is in the conference, then who is being dialled into it."""
    inside = [(stay.leg, stay.options) for stay in room.stays.values()]
    legs = ((carrier.legs.get(sid), options) for sid, options in room.awaited.items())
    return inside + [(leg, options) for leg, options in legs if leg is not None]


async def fetch_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """GET .../Participants/{call sid or label}.json; somebody who is still being dialled is found too."""
    room = room_of_sid(carrier, request)
    who = request.match_info["call"]
    for leg, options in _people(carrier, room):
        if who in (leg.record.sid, options.label):
            return answer(_render(carrier, room, leg, options))
    raise not_found(request.path)


async def update_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """POST .../Participants/{call sid or label}.json."""
    room = room_of_sid(carrier, request)
    stay = _stay(room, request)
    form = await Form.of(request)
    hold_url, announce_url = form.url("HoldUrl"), form.url("AnnounceUrl")
    hold_method, announce_method = form.method("HoldMethod", default="GET"), form.method("AnnounceMethod")
    coached = form.sid("CallSidToCoach", "CA")
    if form.flag("Coaching") and not (coached or stay.options.coach):
        raise ApiError(20001, "CallSidToCoach is required when Coaching is true")
    was_held = stay.options.hold
    room.set_flags(stay, form.maybe_flag("Muted"), form.maybe_flag("Hold"))
    stay.options.end_on_exit = form.flag("EndConferenceOnExit", stay.options.end_on_exit)
    if form.maybe_flag("Coaching") is False:
        room.coach(stay, "")
    elif coached:
        room.coach(stay, coached)
    if stay.options.hold and hold_url and not was_held:
        carrier.spawn(play_on_hold(room, stay, hold_url, hold_method))
    if announce_url:
        carrier.spawn(announce(room, stay, announce_url, announce_method))
    return answer(_render(carrier, room, stay.leg, stay.options))


async def delete_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE .../Participants/{call sid or label}.json: out; the call goes on after its Dial."""
    room = room_of_sid(carrier, request)
    stay = _stay(room, request)
    stay.release("participant_updated_via_api")
    room.leave(stay, stay.reason, kicked=True)
    return nothing()


async def _expect(room: Room, leg: Leg) -> None:
    """Keep the conference for a participant that is being dialled, until it joined or will not."""
    joined = leg.carrier.spawn(leg.joined.wait())
    over = leg.carrier.spawn(leg.over.wait())
    await leg.carrier.first_of(joined, over)
    room.forget_awaited(leg.record.sid)


def _render(carrier: Carrier, room: Room, leg: Leg, options: StayOptions) -> dict[str, Any]:
    account, call = carrier.settings.account_sid, leg.record
    connected = call.sid in room.stays
    return {
        "account_sid": account,
        "call_sid": call.sid,
        "conference_sid": room.sid,
        "label": options.label or None,
        "call_sid_to_coach": options.coach or None,
        "coaching": bool(options.coach),
        "muted": options.muted,
        "hold": options.hold,
        "start_conference_on_enter": options.start_on_enter,
        "end_conference_on_exit": options.end_on_exit,
        "status": "connected" if connected else _STATUSES.get(call.status, "connected"),
        "queue_time": str(call.queue_ms) if call.direction == "outbound-api" else None,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "uri": carrier.uri(f"/Conferences/{room.sid}/Participants/{call.sid}.json"),
    }


def _stay(room: Room, request: web.Request) -> Stay:
    who = request.match_info["call"]
    stay = room.stays.get(who) or next(
        (stay for stay in room.stays.values() if stay.options.label == who), None
    )
    if stay is None:
        raise not_found(request.path)
    return stay

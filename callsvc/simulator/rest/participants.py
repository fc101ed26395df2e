"""The Participant resource: dial somebody into a conference, see who is in it, mute, hold, remove."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from aiohttp import web

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.placing import place_call
from callsvc.simulator.calls.progress import subscribed_events
from callsvc.simulator.calls.record import CallOptions
from callsvc.simulator.calls.room import Room, RoomCallback, Stay, room_named
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.rest.calls import check_pace
from callsvc.simulator.rest.checks import check_callable, check_caller
from callsvc.simulator.rest.conferences import live_room
from callsvc.simulator.rest.errors import answer, not_found
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.webhooks.parameters import API_VERSION


async def create_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Conferences/{sid or name}/Participants.json: the call that answers is put into the conference."""
    form = await Form.of(request)
    check_callable(form.get("To"))
    check_caller(form.get("From"))
    check_pace(carrier)
    name = request.match_info["sid"]
    room = live_room(carrier, name)
    if room is None and name.startswith("CF") and len(name) == 34:
        raise not_found(request.path)
    room = room or room_named(carrier, name, _room_callback(form))
    room.expected += 1
    leg = place_call(
        carrier, form.get("To"), form.get("From"), _options(form), Source(twiml=_document(room, form))
    )
    carrier.spawn(_expect(room, leg))
    return answer(_render_dialled(carrier, room, leg, form), 201)


async def list_participants(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences/{sid}/Participants.json: those who are in it now."""
    room = _room(carrier, request)
    wanted = wanted_page(request)
    stays = list(room.stays.values())
    for name, flag in (("Muted", "muted"), ("Hold", "hold")):
        if name in request.query:
            asked = request.query[name].lower() == "true"
            stays = [stay for stay in stays if getattr(stay.options, flag) is asked]
    rows = stays[wanted.offset : wanted.offset + wanted.size + 1]
    page = envelope(
        request,
        "participants",
        wanted,
        rows,
        lambda stay: stay.row,
        lambda stay: _render(carrier, room, stay),
    )
    return answer(page)


async def fetch_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """GET .../Participants/{call sid or label}.json."""
    room = _room(carrier, request)
    return answer(_render(carrier, room, _stay(room, request)))


async def update_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """POST .../Participants/{call sid or label}.json: Muted, Hold, EndConferenceOnExit."""
    room = _room(carrier, request)
    stay = _stay(room, request)
    form = await Form.of(request)
    room.set_flags(stay, form.maybe_flag("Muted"), form.maybe_flag("Hold"))
    stay.options.end_on_exit = form.flag("EndConferenceOnExit", stay.options.end_on_exit)
    return answer(_render(carrier, room, stay))


async def delete_participant(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE .../Participants/{call sid or label}.json: out; the call goes on after its Dial."""
    room = _room(carrier, request)
    stay = _stay(room, request)
    stay.release("participant_updated_via_api")
    room.leave(stay, stay.reason)
    return web.Response(status=204)


async def _expect(room: Room, leg: Leg) -> None:
    """Keep the conference for a participant that is being dialled, until it joined or will not."""
    joined = leg.carrier.spawn(leg.joined.wait())
    over = leg.carrier.spawn(leg.over.wait())
    await leg.carrier.first_of(joined, over)
    room.forget_expected()


def _document(room: Room, form: Form) -> str:
    attributes = {
        "participantLabel": form.get("Label"),
        "muted": form.get("Muted", "false"),
        "startConferenceOnEnter": form.get("StartConferenceOnEnter", "true"),
        "endConferenceOnExit": form.get("EndConferenceOnExit", "false"),
    }
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items() if value)
    name = room.name.replace("&", "&amp;").replace("<", "&lt;")
    return f"<Response><Dial><Conference {written}>{name}</Conference></Dial></Response>"


def _options(form: Form) -> CallOptions:
    return CallOptions(
        status_callback=form.get("StatusCallback"),
        status_method=form.method("StatusCallbackMethod"),
        status_events=subscribed_events(form.all("StatusCallbackEvent")),
        timeout=min(600.0, form.number("Timeout", 60.0)),
        time_limit=form.number("TimeLimit", 14400.0),
        machine_detection=form.get("MachineDetection"),
        async_amd=True,
        amd_callback=form.get("AmdStatusCallback"),
        amd_method=form.method("AmdStatusCallbackMethod"),
    )


def _room_callback(form: Form) -> RoomCallback:
    asked = " ".join(form.all("ConferenceStatusCallbackEvent")) or "start end"
    return RoomCallback(
        form.get("ConferenceStatusCallback"),
        form.method("ConferenceStatusCallbackMethod"),
        frozenset(asked.split()),
    )


def _render(carrier: Carrier, room: Room, stay: Stay) -> dict[str, Any]:
    options = stay.options
    body = _base(carrier, room, stay.leg, options.label)
    body |= {"muted": options.muted, "hold": options.hold, "status": "connected"}
    body |= {
        "start_conference_on_enter": options.start_on_enter,
        "end_conference_on_exit": options.end_on_exit,
    }
    return body


def _render_dialled(carrier: Carrier, room: Room, leg: Leg, form: Form) -> dict[str, Any]:
    body = _base(carrier, room, leg, form.get("Label"))
    body |= {
        "muted": form.flag("Muted"),
        "hold": False,
        "status": "queued",
        "queue_time": str(leg.record.queue_ms),
    }
    body["start_conference_on_enter"] = form.flag("StartConferenceOnEnter", True)
    body["end_conference_on_exit"] = form.flag("EndConferenceOnExit")
    return body


def _base(carrier: Carrier, room: Room, leg: Leg, label: str) -> dict[str, Any]:
    account, sid = carrier.settings.account_sid, leg.record.sid
    return {
        "account_sid": account,
        "call_sid": sid,
        "conference_sid": room.sid,
        "label": label or None,
        "call_sid_to_coach": None,
        "coaching": False,
        "queue_time": None,
        "date_created": rfc2822(leg.record.created_at),
        "date_updated": rfc2822(leg.record.updated_at),
        "uri": f"/{API_VERSION}/Accounts/{account}/Conferences/{room.sid}/Participants/{sid}.json",
    }


def _room(carrier: Carrier, request: web.Request) -> Room:
    room = live_room(carrier, request.match_info["sid"])
    if room is None:
        raise not_found(request.path)
    return room


def _stay(room: Room, request: web.Request) -> Stay:
    who = request.match_info["call"]
    stay = room.stays.get(who) or next(
        (stay for stay in room.stays.values() if stay.options.label == who), None
    )
    if stay is None:
        raise not_found(request.path)
    return stay

"""Every address of the REST interface."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.profiles.differences import check_required
from callsvc.simulator.rest import (
    accounts,
    applications,
    calls,
    conferences,
    incoming_numbers,
    members,
    messages,
    notifications,
    participants,
    queues,
    recordings,
)
from callsvc.simulator.rest.auth import check_access
from callsvc.simulator.rest.errors import ApiError, not_found
from callsvc.simulator.rest.misfortune import Handler, with_faults

_log = logging.getLogger(__name__)
ROUTES: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", ".json", accounts.fetch_account, ""),
    ("POST", "/Calls.json", calls.create_call, "calls.create"),
    ("GET", "/Calls.json", calls.list_calls, "calls.list"),
    ("GET", "/Calls/{sid}.json", calls.fetch_call, "calls.fetch"),
    ("POST", "/Calls/{sid}.json", calls.update_call, "calls.update"),
    ("DELETE", "/Calls/{sid}.json", calls.delete_call, ""),
    ("POST", "/Calls/{sid}/Recordings.json", recordings.create_call_recording, ""),
    ("GET", "/Calls/{sid}/Recordings.json", recordings.list_call_recordings, ""),
    ("GET", "/Calls/{sid}/Recordings/{recording}.json", recordings.fetch_subjects_recording, ""),
    ("POST", "/Calls/{sid}/Recordings/{recording}.json", recordings.update_recording, ""),
    ("DELETE", "/Calls/{sid}/Recordings/{recording}.json", recordings.delete_recording, ""),
    ("GET", "/Calls/{sid}/Notifications.json", notifications.list_call_notifications, ""),
    ("GET", "/Calls/{sid}/Notifications/{notification}.json", notifications.fetch_notification, ""),
    ("POST", "/Messages.json", messages.create_message, "messages.create"),
    ("GET", "/Messages.json", messages.list_messages, "messages.list"),
    ("GET", "/Messages/{sid}.json", messages.fetch_message, "messages.fetch"),
    ("POST", "/Messages/{sid}.json", messages.update_message, ""),
    ("DELETE", "/Messages/{sid}.json", messages.delete_message, ""),
    ("GET", "/Messages/{sid}/Media.json", messages.list_media, ""),
    ("GET", "/Conferences.json", conferences.list_conferences, ""),
    ("GET", "/Conferences/{sid}.json", conferences.fetch_conference, ""),
    ("POST", "/Conferences/{sid}.json", conferences.update_conference, ""),
    ("POST", "/Conferences/{sid}/Participants.json", participants.create_participant, "participants.create"),
    ("GET", "/Conferences/{sid}/Participants.json", participants.list_participants, ""),
    ("GET", "/Conferences/{sid}/Participants/{call}.json", participants.fetch_participant, ""),
    ("POST", "/Conferences/{sid}/Participants/{call}.json", participants.update_participant, ""),
    ("DELETE", "/Conferences/{sid}/Participants/{call}.json", participants.delete_participant, ""),
    ("GET", "/Conferences/{sid}/Recordings.json", recordings.list_conference_recordings, ""),
    ("GET", "/Conferences/{sid}/Recordings/{recording}.json", recordings.fetch_subjects_recording, ""),
    ("POST", "/Conferences/{sid}/Recordings/{recording}.json", recordings.update_recording, ""),
    ("DELETE", "/Conferences/{sid}/Recordings/{recording}.json", recordings.delete_recording, ""),
    ("GET", "/Recordings.json", recordings.list_recordings, ""),
    ("GET", "/Recordings/{recording}.json", recordings.fetch_recording, ""),
    ("DELETE", "/Recordings/{recording}.json", recordings.delete_recording, ""),
    ("GET", "/Recordings/{recording}.wav", recordings.fetch_sound, ""),
    ("GET", r"/Recordings/{recording:[0-9A-Za-z-]{30,40}}", recordings.fetch_sound, ""),
    ("POST", "/Applications.json", applications.create_application, ""),
    ("GET", "/Applications.json", applications.list_applications, ""),
    ("GET", "/Applications/{sid}.json", applications.fetch_application, ""),
    ("POST", "/Applications/{sid}.json", applications.update_application, ""),
    ("DELETE", "/Applications/{sid}.json", applications.delete_application, ""),
    ("POST", "/IncomingPhoneNumbers.json", incoming_numbers.create_number, ""),
    ("GET", "/IncomingPhoneNumbers.json", incoming_numbers.list_numbers, ""),
    ("GET", "/IncomingPhoneNumbers/{sid}.json", incoming_numbers.fetch_number, ""),
    ("POST", "/IncomingPhoneNumbers/{sid}.json", incoming_numbers.update_number, ""),
    ("DELETE", "/IncomingPhoneNumbers/{sid}.json", incoming_numbers.delete_number, ""),
    ("GET", "/Notifications.json", notifications.list_notifications, ""),
    ("GET", "/Notifications/{notification}.json", notifications.fetch_notification, ""),
    ("POST", "/Queues.json", queues.create_queue, ""),
    ("GET", "/Queues.json", queues.list_queues, ""),
    ("GET", "/Queues/{sid}.json", queues.fetch_queue, ""),
    ("POST", "/Queues/{sid}.json", queues.update_queue, ""),
    ("DELETE", "/Queues/{sid}.json", queues.delete_queue, ""),
    ("GET", "/Queues/{sid}/Members.json", members.list_members, ""),
    ("GET", "/Queues/{sid}/Members/{call}.json", members.fetch_member, ""),
    ("POST", "/Queues/{sid}/Members/{call}.json", members.dequeue_member, ""),
)


def add_rest_routes(app: web.Application, carrier: Carrier) -> None:
    """Mount the interface; what it does not have answers 20404, a method it does not know 20004."""
    app.router.add_route(
        "GET",
        carrier.profile.base + "/Accounts" + carrier.profile.suffix,
        _guarded(carrier, accounts.list_accounts, ""),
    )
    for method, path, handler, place in ROUTES:
        if carrier.profile.has(path):
            app.router.add_route(method, carrier.profile.address(path), _guarded(carrier, handler, place))
    for path in dict.fromkeys(path for _, path, _, _ in ROUTES):
        if carrier.profile.has(path):
            app.router.add_route("*", carrier.profile.address(path), _guarded(carrier, _wrong_method, ""))
    app.router.add_route("*", carrier.profile.base + "/{rest:.*}", _guarded(carrier, _missing, ""))


async def _missing(_: Carrier, request: web.Request) -> web.Response:
    raise not_found(request.path)


async def _wrong_method(_: Carrier, request: web.Request) -> web.Response:
    raise ApiError(20004, f"Method {request.method} is not allowed", 405)


def _guarded(
    carrier: Carrier, handler: Handler, place: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            check_access(carrier.settings, request)
            await check_required(carrier.profile, request)
            if place:
                return await with_faults(place, carrier, request, handler)
            return await handler(carrier, request)
        except ApiError as error:
            return error.response()
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            return ApiError(20500, "An internal server error has occurred", 500).response()

    return handle

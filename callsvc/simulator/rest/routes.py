"""Every address of the REST interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.rest import accounts, calls, conferences, messages, participants
from callsvc.simulator.rest.auth import check_access
from callsvc.simulator.rest.errors import ApiError, not_found
from callsvc.simulator.rest.misfortune import Handler, with_faults

_ROOT = "/2010-04-01/Accounts/{account}"
_ROUTES: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", ".json", accounts.fetch_account, ""),
    ("POST", "/Calls.json", calls.create_call, "calls.create"),
    ("GET", "/Calls.json", calls.list_calls, "calls.list"),
    ("GET", "/Calls/{sid}.json", calls.fetch_call, "calls.fetch"),
    ("POST", "/Calls/{sid}.json", calls.update_call, "calls.update"),
    ("POST", "/Messages.json", messages.create_message, "messages.create"),
    ("GET", "/Messages.json", messages.list_messages, "messages.list"),
    ("GET", "/Messages/{sid}.json", messages.fetch_message, "messages.fetch"),
    ("GET", "/Conferences.json", conferences.list_conferences, ""),
    ("GET", "/Conferences/{sid}.json", conferences.fetch_conference, ""),
    ("POST", "/Conferences/{sid}.json", conferences.update_conference, ""),
    ("POST", "/Conferences/{sid}/Participants.json", participants.create_participant, "participants.create"),
    ("GET", "/Conferences/{sid}/Participants.json", participants.list_participants, ""),
    ("GET", "/Conferences/{sid}/Participants/{call}.json", participants.fetch_participant, ""),
    ("POST", "/Conferences/{sid}/Participants/{call}.json", participants.update_participant, ""),
    ("DELETE", "/Conferences/{sid}/Participants/{call}.json", participants.delete_participant, ""),
)


def add_rest_routes(app: web.Application, carrier: Carrier) -> None:
    """Mount the interface; what it does not have answers 20404."""
    for method, path, handler, place in _ROUTES:
        app.router.add_route(method, _ROOT + path, _guarded(carrier, handler, place))
    app.router.add_route("*", "/2010-04-01/{rest:.*}", _guarded(carrier, _missing, ""))


async def _missing(_: Carrier, request: web.Request) -> web.Response:
    raise not_found(request.path)


def _guarded(
    carrier: Carrier, handler: Handler, place: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            check_access(carrier.settings, request)
            if place:
                return await with_faults(place, carrier, request, handler)
            return await handler(carrier, request)
        except ApiError as error:
            return error.response()

    return handle

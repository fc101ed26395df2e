"""Every address of the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.access import refusal
from callsvc.simulator.page import calls, faults, messages, overview, phone, rooms, stepping
from callsvc.simulator.page.back import back
from callsvc.simulator.page.language import COOKIE, LANGUAGES
from callsvc.simulator.page.render import STATIC, page
from callsvc.simulator.rest.misfortune import Handler

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", overview.show_overview),
    ("GET", "/_simulator/page", overview.show_overview),
    ("GET", "/_simulator/page/calls", calls.list_calls),
    ("GET", "/_simulator/page/calls/{sid}", calls.show_call),
    ("GET", "/_simulator/page/messages", messages.list_messages),
    ("GET", "/_simulator/page/messages/{sid}", messages.show_message),
    ("GET", "/_simulator/page/rooms", rooms.list_rooms),
    ("GET", "/_simulator/page/conferences/{sid}", rooms.show_conference),
    ("POST", "/_simulator/page/faults", faults.add_fault),
    ("POST", "/_simulator/page/faults/remove", faults.remove_fault),
    ("POST", "/_simulator/page/step", stepping.step_clock),
    ("GET", "/_simulator/phone", phone.show_phone),
)


def add_page_routes(app: web.Application, carrier: Carrier) -> None:
    """Mount the page at / and under /_simulator."""
    for method, path, handler in (*_ROUTES, ("POST", "/_simulator/page/language", _choose_language)):
        app.router.add_route(method, path, _guarded(carrier, handler))
    app.router.add_get("/_simulator/static/{name}", _guarded(carrier, _static))


def _guarded(carrier: Carrier, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        refused = refusal(carrier.settings, request)
        if refused is not None:
            return refused
        try:
            return await handler(carrier, request)
        except LookupError:
            return page(carrier, request, "missing.html", status=404)

    return handle


async def _static(_: Carrier, request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in {file.name for file in STATIC.iterdir()}:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "max-age=31536000, immutable" if request.query_string else "no-cache"}
    return web.FileResponse(STATIC / name, headers=headers | {"X-Content-Type-Options": "nosniff"})


async def _choose_language(_: Carrier, request: web.Request) -> web.StreamResponse:
    """Remember the choice and go back to the page it was made on."""
    answer = await back(request)
    language = str((await request.post()).get("language", ""))
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=31536000, httponly=True, samesite="Strict", path="/")
    return answer

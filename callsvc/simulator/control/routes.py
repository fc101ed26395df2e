"""Every address of the control interface.

From this machine it is open; from anywhere else it asks for the account's credentials.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control import calls, clock, faults, health, ledger, messages, numbers, people
from callsvc.simulator.control.access import refusal
from callsvc.simulator.control.by_hand import BY_HAND
from callsvc.simulator.control.replies import refuse
from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.rest.misfortune import Handler

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/health", health.health),
    ("POST", "/people", people.add_people),
    ("GET", "/people", people.count_people),
    ("DELETE", "/people", people.forget_people),
    ("POST", "/people/quiet", people.be_quiet),
    ("POST", "/numbers", numbers.set_numbers),
    ("POST", "/calls", calls.call_in),
    ("POST", "/calls/{sid}/hangup", calls.hang_up),
    ("POST", "/calls/{sid}/press", calls.press_keys),
    ("POST", "/messages", messages.text_in),
    ("POST", "/faults", faults.plan_faults),
    ("GET", "/faults", faults.list_faults),
    ("DELETE", "/faults", faults.clear_faults),
    ("GET", "/faults/log", faults.read_log),
    ("POST", "/faults/replay", faults.replay_faults),
    ("GET", "/clock", clock.read_clock),
    ("POST", "/clock/step", clock.step_clock),
    ("GET", "/ledger", ledger.read_ledger),
    ("GET", "/ledger/calls/{sid}", ledger.read_call),
    ("GET", "/ledger/timeline/{sid}", ledger.read_timeline),
    *BY_HAND,
)


def add_control_routes(app: web.Application, carrier: Carrier) -> None:
    """Mount the interface under /_simulator."""
    for method, path, handler in _ROUTES:
        app.router.add_route(method, "/_simulator" + path, _guarded(carrier, handler))


def add_last_route(app: web.Application, carrier: Carrier) -> None:
    """What nobody else under /_simulator answers; mounted after the page."""
    app.router.add_route("*", "/_simulator/{rest:.*}", _guarded(carrier, _missing))


async def _missing(carrier: Carrier, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler
    return refuse(
        "not-found", f"{request.method} {request.path} is nothing here: docs/simulator.md lists what is.", 404
    )


def _guarded(carrier: Carrier, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            refused = refusal(carrier.settings, request)
            return refused if refused is not None else await handler(carrier, request)
        except ApiError as error:
            return error.response()
        except (ValueError, KeyError, TypeError) as problem:
            return refuse("invalid-request", f"Correct the request: {problem}")

    return handle

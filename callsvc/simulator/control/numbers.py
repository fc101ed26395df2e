"""POST /_simulator/numbers: which webhooks one of the platform's numbers has."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import body_of, ok
from callsvc.simulator.ledger.numbers import Number, set_number


async def set_numbers(carrier: Carrier, request: web.Request) -> web.Response:
    """Set one number or a list, with the fields of `ledger.numbers.Number`."""
    body = await body_of(request)
    numbers = [_number(entry) for entry in (body if isinstance(body, list) else [body])]
    for number in numbers:
        set_number(carrier.store, number, carrier.clock.now())
    carrier.store.commit()
    return ok({"numbers": [number.number for number in numbers]})


def _number(entry: object) -> Number:
    if not isinstance(entry, dict) or not entry.get("number"):
        raise ValueError("each number is an object with a `number`")
    try:
        return Number(**entry)
    except TypeError as problem:
        raise ValueError(str(problem)) from problem

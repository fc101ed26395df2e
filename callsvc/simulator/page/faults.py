"""Planned faults, added and taken back by the overview's forms."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.faults.plan import KINDS

_HOME = "/_simulator/page"


def choices() -> list[tuple[str, list[str]]]:
    """Every place with what can go wrong there."""
    return [(place, list(kinds)) for place, kinds in KINDS.items()]


async def add_fault(carrier: Carrier, request: web.Request) -> web.Response:
    """Plan what the form says; back to the overview, which says what was wrong with it."""
    form = await request.post()
    place, _, kind = str(form.get("fault", "")).partition(" ")
    wanted: dict[str, object] = {"on": place, "kind": kind}
    try:
        wanted["probability"] = float(str(form.get("percent", "100"))) / 100
        wanted["seconds"] = float(str(form.get("seconds", "1")))
        if form.get("times"):
            wanted["times"] = int(str(form["times"]))
        carrier.faults.plan(wanted)
    except ValueError:
        return _back("?wrong-fault=1#faults")
    return _back("#faults")


async def remove_fault(carrier: Carrier, request: web.Request) -> web.Response:
    """Take one plan back, or without an id all of them."""
    form = await request.post()
    if form.get("id"):
        carrier.faults.forget(int(str(form["id"])))
    else:
        carrier.faults.clear()
    return _back("#faults")


def _back(where: str) -> web.Response:
    return web.Response(status=303, headers={"Location": _HOME + where})

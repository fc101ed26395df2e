"""The list of calls, and one call from its first request to its last callback."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.calls.record import FINAL
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.ledger import timeline
from callsvc.simulator.control.transcript import transcript_of
from callsvc.simulator.ledger.calls import calls_where, find_call
from callsvc.simulator.ledger.conferences import stays_of
from callsvc.simulator.page.filters import Wanted, paged
from callsvc.simulator.page.render import page
from callsvc.simulator.page.story import tell

STATUSES = ("queued", "initiated", "ringing", "in-progress", *sorted(FINAL))


async def list_calls(carrier: Carrier, request: web.Request) -> web.Response:
    """Newest first, by status, direction, number and words said."""
    wanted = Wanted(request)
    wanted.search_calls()
    found = paged(wanted, lambda where, values, limit: calls_where(carrier.store, where, values, limit=limit))
    return page(carrier, request, "calls.html", page=found, query=wanted.query, statuses=STATUSES)


async def show_call(carrier: Carrier, request: web.Request) -> web.Response:
    """One call: `view=transcript` shows only who said what."""
    call = find_call(carrier.store, request.match_info["sid"])
    if call is None:
        raise LookupError
    entries = timeline(carrier, call.sid)
    children = calls_where(carrier.store, ["parent_sid = ?"], [call.sid], limit=50)
    return page(
        carrier,
        request,
        "call.html",
        call=call,
        view="transcript" if request.query.get("view") == "transcript" else "timeline",
        story=tell(call.created_at, entries, carrier.exchanges, call.sid),
        transcript=transcript_of(call, entries),
        stays=stays_of(carrier.store, [call.sid]).get(call.sid, []),
        children=children,
    )

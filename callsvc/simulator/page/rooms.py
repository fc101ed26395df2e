"""Conferences and queues: those that live, those that were, and who was in them."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.ledger import timeline
from callsvc.simulator.dates import from_iso
from callsvc.simulator.ledger.conferences import conferences_where
from callsvc.simulator.page.render import page
from callsvc.simulator.page.story import tell

_PAGE = 50


async def list_rooms(carrier: Carrier, request: web.Request) -> web.Response:
    """Newest first; `before` is a conference's number in the ledger."""
    before = request.query.get("before", "")
    where, values = (["seq < ?"], [int(before)]) if before.isdigit() else ([], [])
    found = conferences_where(carrier.store, where, values, limit=_PAGE + 1)
    inside = {
        room.sid: [stay.leg.record.far_end for stay in room.stays.values()] for room in carrier.rooms.values()
    }
    older = f"?before={found[_PAGE - 1]['seq']}" if len(found) > _PAGE else ""
    queues = sorted(carrier.queues.values(), key=lambda queue: queue.name)
    return page(
        carrier, request, "rooms.html", rooms=found[:_PAGE], inside=inside, older=older, queues=queues
    )


async def show_conference(carrier: Carrier, request: web.Request) -> web.Response:
    """One conference: its participants, its callbacks."""
    sid = request.match_info["sid"]
    found = conferences_where(carrier.store, ["sid = ?"], [sid], limit=1)
    if not found:
        raise LookupError
    stays = carrier.store.read(
        "select p.*, c.to_number, c.from_number, c.direction from participant p"
        " join call c on c.sid=p.call_sid where p.conference_sid=? order by p.seq limit 200",
        (sid,),
    )
    began = from_iso(found[0]["created_at"]) or carrier.clock.now()
    story = tell(began, timeline(carrier, sid), carrier.exchanges, sid)
    return page(carrier, request, "room.html", room=found[0], stays=stays, story=story)

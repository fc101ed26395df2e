"""The list of text messages, and one message with its callbacks."""

from __future__ import annotations

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.ledger import timeline
from callsvc.simulator.ledger.messages import find_message, messages_where
from callsvc.simulator.page.filters import Wanted, paged
from callsvc.simulator.page.render import page
from callsvc.simulator.page.story import tell

STATUSES = ("accepted", "queued", "sent", "delivered", "undelivered", "failed", "canceled", "received")


async def list_messages(carrier: Carrier, request: web.Request) -> web.Response:
    """Newest first, by status, direction, number and text."""
    wanted = Wanted(request)
    wanted.search_messages()
    found = paged(
        wanted, lambda where, values, limit: messages_where(carrier.store, where, values, limit=limit)
    )
    return page(carrier, request, "messages.html", page=found, query=wanted.query, statuses=STATUSES)


async def show_message(carrier: Carrier, request: web.Request) -> web.Response:
    """One message."""
    message = find_message(carrier.store, request.match_info["sid"])
    if message is None:
        raise LookupError
    story = tell(message.created_at, timeline(carrier, message.sid), carrier.exchanges, message.sid)
    return page(carrier, request, "message.html", message=message, story=story)

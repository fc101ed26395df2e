"""The Member resource: who waits in a queue, and taking somebody out of it.

"Front is the member that waits longest. Dequeue a member with a Url: its call begins executing the document
at that Url."
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.calls.leg import Source
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.queues.queue import Member
from callsvc.simulator.rest.checks import check_url
from callsvc.simulator.rest.errors import ApiError, answer, not_found
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.rest.queues import queue_of

_URL_REQUIRED = 21205


async def list_members(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Queues/{sid}/Members.json, the next one first."""
    queue = queue_of(carrier, request)
    wanted = wanted_page(request)
    rows = queue.members[wanted.offset : wanted.offset + wanted.size + 1]
    return answer(
        envelope(
            request,
            "queue_members",
            wanted,
            rows,
            lambda member: member.position,
            lambda member: render_member(carrier, member),
        )
    )


async def fetch_member(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Queues/{sid}/Members/{call sid or Front}.json."""
    return answer(render_member(carrier, _member(carrier, request)))


async def dequeue_member(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Queues/{sid}/Members/{call sid or Front}.json with Url: the call goes on there."""
    member = _member(carrier, request)
    form = await Form.of(request)
    url = form.get("Url")
    if not url:
        raise ApiError(_URL_REQUIRED, "Url parameter is required.")
    check_url("Url", url)
    shown = render_member(carrier, member)
    member.leg.note("rest", request="dequeue", url=url)
    member.leg.redirect(Source(url, form.method("Method")))
    return answer(shown)


def render_member(carrier: Carrier, member: Member) -> dict[str, Any]:
    """The resource."""
    queue = member.queue
    sid = member.leg.record.sid
    return {
        "call_sid": sid,
        "queue_sid": queue.sid,
        "date_enqueued": rfc2822(member.entered_at),
        "position": member.position,
        "wait_time": member.waited,
        "uri": carrier.uri(f"/Queues/{queue.sid}/Members/{sid}.json"),
    }


def _member(carrier: Carrier, request: web.Request) -> Member:
    queue, who = queue_of(carrier, request), request.match_info["call"]
    if who == "Front" and queue.members:
        return queue.members[0]
    member = next((member for member in queue.members if member.leg.record.sid == who), None)
    if member is None:
        raise not_found(request.path)
    return member

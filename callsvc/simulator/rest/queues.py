"""The Queue resource: create, fetch, list, update, delete.

"friendly_name: up to 64 characters. max_size: default 100, at most 5000. A queue that holds calls cannot be
deleted."
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.queues.queue import LARGEST, LONGEST_NAME, Queue
from callsvc.simulator.rest.errors import ApiError, answer, not_found
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page

NAME_TAKEN = 22003
BAD_NAME = 22001
BAD_SIZE = 22002
NOT_EMPTY = 22004


async def create_queue(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Queues.json with FriendlyName and MaxSize."""
    form = await Form.of(request)
    name = _name(carrier, form.get("FriendlyName"), None)
    queue = Queue(carrier, name, _size(form.get("MaxSize", "100")))
    carrier.queues[name] = queue
    return answer(render_queue(carrier, queue), 201)


async def fetch_queue(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Queues/{sid}.json."""
    return answer(render_queue(carrier, queue_of(carrier, request)))


async def list_queues(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Queues.json, in the order of creation."""
    wanted = wanted_page(request)
    queues = list(carrier.queues.values())
    rows = queues[wanted.offset : wanted.offset + wanted.size + 1]
    return answer(
        envelope(request, "queues", wanted, rows, queues.index, lambda queue: render_queue(carrier, queue))
    )


async def update_queue(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Queues/{sid}.json with FriendlyName, MaxSize."""
    queue = queue_of(carrier, request)
    form = await Form.of(request)
    if form.get("MaxSize"):
        queue.max_size = _size(form.get("MaxSize"))
    if form.get("FriendlyName"):
        name = _name(carrier, form.get("FriendlyName"), queue)
        del carrier.queues[queue.name]
        queue.name = name
        carrier.queues[name] = queue
    queue.updated_at = carrier.clock.now()
    return answer(render_queue(carrier, queue))


async def delete_queue(carrier: Carrier, request: web.Request) -> web.Response:
    """DELETE /Queues/{sid}.json: an empty queue only."""
    queue = queue_of(carrier, request)
    if queue.members:
        raise ApiError(NOT_EMPTY, "Queue is not empty.")
    del carrier.queues[queue.name]
    return web.Response(status=204)


def queue_of(carrier: Carrier, request: web.Request) -> Queue:
    """The queue the address names; 20404 when there is none."""
    sid = request.match_info["sid"]
    queue = next((queue for queue in carrier.queues.values() if queue.sid == sid), None)
    if queue is None:
        raise not_found(request.path)
    return queue


def render_queue(carrier: Carrier, queue: Queue) -> dict[str, Any]:
    """The resource."""
    account = carrier.settings.account_sid
    return {
        "sid": queue.sid,
        "account_sid": account,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_wait,
        "date_created": rfc2822(queue.created_at),
        "date_updated": rfc2822(queue.updated_at),
        "uri": carrier.uri(f"/Queues/{queue.sid}.json"),
    }


def _name(carrier: Carrier, name: str, present: Queue | None) -> str:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ApiError(BAD_NAME, "Queue friendly name is required, in at most 64 characters.")
    if carrier.queues.get(name, present) is not present:
        raise ApiError(NAME_TAKEN, f"A queue named {name} already exists.")
    return name


def _size(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= LARGEST:
        raise ApiError(BAD_SIZE, f"Queue maximum size must be between 1 and {LARGEST}.")
    return int(text)

"""The Conference resource: fetch, list, end, announce. The first participant creates it."""

from __future__ import annotations

import sqlite3
from typing import Any

from aiohttp import web

from callsvc.simulator.calls.announcing import announce_to_all
from callsvc.simulator.calls.room import Room
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import from_iso, rfc2822
from callsvc.simulator.ledger.conferences import conferences_where
from callsvc.simulator.rest.errors import answer, not_found
from callsvc.simulator.rest.filters import date_conditions, equal_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import listed
from callsvc.simulator.webhooks.parameters import API_VERSION


async def fetch_conference(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences/{sid}.json."""
    return answer(render_conference(carrier, conference_row(carrier, request)))


async def list_conferences(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences.json with FriendlyName, Status, DateCreated, DateUpdated."""
    created, created_dates = date_conditions(request.query, "DateCreated", "created_at")
    updated, updated_dates = date_conditions(request.query, "DateUpdated", "updated_at")
    equal, values = equal_conditions(request.query, {"FriendlyName": "name", "Status": "status"})
    return listed(
        carrier.store,
        request,
        "conferences",
        conferences_where,
        [*created, *updated, *equal],
        [*created_dates, *updated_dates, *values],
        lambda row: int(row["seq"]),
        lambda row: render_conference(carrier, row),
    )


async def update_conference(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Conferences/{sid}.json: Status=completed (everybody leaves), AnnounceUrl (everybody hears)."""
    row = conference_row(carrier, request)
    form = await Form.of(request)
    status, url = form.word("Status", ("completed",)), form.url("AnnounceUrl")
    method = form.method("AnnounceMethod")
    room = live_room(carrier, row["sid"])
    if room is not None and status:
        room.end("conference-ended-via-api")
    elif room is not None and url:
        carrier.spawn(announce_to_all(carrier, room, url, method))
    return answer(render_conference(carrier, conference_row(carrier, request)))


def live_room(carrier: Carrier, sid_or_name: str) -> Room | None:
    """The live conference of that SID or name."""
    by_name = carrier.rooms.get(sid_or_name)
    return by_name or next((room for room in carrier.rooms.values() if room.sid == sid_or_name), None)


def room_of_sid(carrier: Carrier, request: web.Request) -> Room:
    """The live conference of the address; 20404. A name does not do: only a new participant may give one."""
    sid = request.match_info["sid"]
    room = next((room for room in carrier.rooms.values() if room.sid == sid), None)
    if room is None:
        raise not_found(request.path)
    return room


def render_conference(carrier: Carrier, row: sqlite3.Row) -> dict[str, Any]:
    """The resource."""
    account = carrier.settings.account_sid
    path = f"/Conferences/{row['sid']}"
    return {
        "sid": row["sid"],
        "account_sid": account,
        "date_created": rfc2822(from_iso(row["created_at"])),
        "date_updated": rfc2822(from_iso(row["updated_at"])),
        "api_version": API_VERSION,
        "friendly_name": row["name"],
        "region": "ie1",
        "status": row["status"],
        "reason_conference_ended": row["reason_ended"],
        "call_sid_ending_conference": row["ended_by_call"],
        "uri": carrier.uri(f"{path}.json"),
        "subresource_uris": {
            "participants": carrier.uri(f"{path}/Participants.json"),
            "recordings": carrier.uri(f"{path}/Recordings.json"),
        },
    }


def conference_row(carrier: Carrier, request: web.Request) -> sqlite3.Row:
    """The conference of the address; 20404."""
    rows = conferences_where(carrier.store, ["sid = ?"], [request.match_info["sid"]], limit=1)
    if not rows:
        raise not_found(request.path)
    return rows[0]

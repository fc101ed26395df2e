"""The Conference resource: fetch, list, end. It cannot be created: the first participant creates it."""

from __future__ import annotations

import sqlite3
from typing import Any

from aiohttp import web

from callsvc.simulator.calls.room import Room
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import from_iso, rfc2822
from callsvc.simulator.ledger.conferences import conferences_where
from callsvc.simulator.rest.errors import ApiError, answer, not_found
from callsvc.simulator.rest.filters import date_conditions
from callsvc.simulator.rest.forms import Form
from callsvc.simulator.rest.paging import envelope, wanted_page
from callsvc.simulator.webhooks.parameters import API_VERSION


async def fetch_conference(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences/{sid}.json."""
    return answer(render_conference(carrier, _row(carrier, request)))


async def list_conferences(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /Conferences.json with FriendlyName, Status, DateCreated, DateUpdated."""
    query, wanted = request.query, wanted_page(request)
    conditions, dates = date_conditions(query, "DateCreated", "created_at")
    more, updated = date_conditions(query, "DateUpdated", "updated_at")
    conditions += more
    values: list[Any] = [*dates, *updated]
    for name, column in (("FriendlyName", "name"), ("Status", "status")):
        if name in query:
            conditions.append(f"{column} = ?")
            values.append(query[name])
    if wanted.anchor:
        conditions.append("seq <= ?")
        values.append(wanted.anchor)
    rows = conferences_where(carrier.store, conditions, values, limit=wanted.size + 1, offset=wanted.offset)
    page = envelope(
        request,
        "conferences",
        wanted,
        rows,
        lambda row: int(row["seq"]),
        lambda row: render_conference(carrier, row),
    )
    return answer(page)


async def update_conference(carrier: Carrier, request: web.Request) -> web.Response:
    """POST /Conferences/{sid}.json with Status=completed: everybody leaves."""
    row = _row(carrier, request)
    form = await Form.of(request)
    if form.get("Status") not in ("", "completed"):
        raise ApiError(20001, f"Invalid parameter Status: {form.get('Status')}")
    room = live_room(carrier, row["sid"])
    if room is not None and form.get("Status"):
        room.end("conference-ended-via-api")
    return answer(render_conference(carrier, _row(carrier, request)))


def live_room(carrier: Carrier, sid_or_name: str) -> Room | None:
    """The live conference of that SID or name."""
    by_name = carrier.rooms.get(sid_or_name)
    return by_name or next((room for room in carrier.rooms.values() if room.sid == sid_or_name), None)


def render_conference(carrier: Carrier, row: sqlite3.Row) -> dict[str, Any]:
    """The resource."""
    account = carrier.settings.account_sid
    uri = f"/{API_VERSION}/Accounts/{account}/Conferences/{row['sid']}"
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
        "uri": f"{uri}.json",
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
    }


def _row(carrier: Carrier, request: web.Request) -> sqlite3.Row:
    rows = conferences_where(carrier.store, ["sid = ?"], [request.match_info["sid"]], limit=1)
    if not rows:
        raise not_found(request.path)
    return rows[0]

"""GET /_simulator/ledger: what truly happened, for audits against the service's own books."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from callsvc.simulator.calls.record import CallRecord
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.replies import ok, refuse
from callsvc.simulator.dates import from_iso, iso
from callsvc.simulator.ledger.calls import calls_after, find_call
from callsvc.simulator.ledger.conferences import stays_of
from callsvc.simulator.ledger.messages import messages_after
from callsvc.simulator.messages.record import MessageRecord

_BATCH = 500


async def read_ledger(carrier: Carrier, request: web.Request) -> web.StreamResponse:
    """Every call and message in the order of creation, streamed so that nobody waits for the reader.

    `after_seq` and `after_message_seq` start after those numbers, `since` (ISO 8601) leaves out what was
    created before, `limit` bounds the calls and the messages. `next_after_seq` and
    `next_after_message_seq` come last: use them to read on.
    """
    query = request.query
    limit = int(query.get("limit", 10**9))
    since = from_iso(query.get("since"))
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(f'{{"clock":{json.dumps(iso(carrier.clock.now()))},"calls":['.encode())
    last_call, first, left = int(query.get("after_seq", 0)), True, limit
    while left > 0 and (calls := calls_after(carrier.store, last_call, min(_BATCH, left))):
        last_call, left = calls[-1].seq, left - len(calls)
        stays = stays_of(carrier.store, [call.sid for call in calls])
        shown = [
            _call(call, stays.get(call.sid, []))
            for call in calls
            if since is None or call.created_at >= since
        ]
        first = await _write(response, shown, first)
    await response.write(b'],"messages":[')
    last_message, first, left = int(query.get("after_message_seq", 0)), True, limit
    while left > 0 and (texts := messages_after(carrier.store, last_message, min(_BATCH, left))):
        last_message, left = texts[-1].seq, left - len(texts)
        first = await _write(
            response, [_message(t) for t in texts if since is None or t.created_at >= since], first
        )
    ends = f'],"next_after_seq":{last_call},"next_after_message_seq":{last_message}}}'
    await response.write(ends.encode())
    await response.write_eof()
    return response


async def read_call(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /_simulator/ledger/calls/{sid}: the call with its timeline."""
    call = find_call(carrier.store, request.match_info["sid"])
    if call is None:
        return refuse("call-not-found", "No call has this SID.", 404)
    stays = stays_of(carrier.store, [call.sid]).get(call.sid, [])
    return ok({**_call(call, stays), "timeline": timeline(carrier, call.sid)})


async def read_timeline(carrier: Carrier, request: web.Request) -> web.Response:
    """GET /_simulator/ledger/timeline/{sid}: the timeline of a call, a message or a conference."""
    return ok({"sid": request.match_info["sid"], "timeline": timeline(carrier, request.match_info["sid"])})


def timeline(carrier: Carrier, sid: str) -> list[dict[str, Any]]:
    """What happened to one subject, in order."""
    carrier.store.commit()
    rows = carrier.store.read("select at, kind, facts from timeline where subject=? order by seq", (sid,))
    return [{"at": row["at"], "kind": row["kind"], **json.loads(row["facts"])} for row in rows]


async def _write(response: web.StreamResponse, entries: list[dict[str, Any]], first: bool) -> bool:
    if not entries:
        return first
    text = ",".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    await response.write((text if first else "," + text).encode())
    return False


def _call(call: CallRecord, stays: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "seq": call.seq,
        "sid": call.sid,
        "to": call.to,
        "from": call.from_,
        "direction": call.direction,
        "parent_sid": call.parent_sid,
        "status": call.status,
        "created_at": iso(call.created_at),
        "initiated_at": iso(call.initiated_at),
        "ringing_at": iso(call.ringing_at),
        "answered_at": iso(call.answered_at),
        "ended_at": iso(call.ended_at),
        "duration": call.duration,
        "queue_ms": call.queue_ms,
        "ended_by": call.ended_by,
        "answered_by": call.answered_by,
        "conferences": stays,
        "url": call.url,
        "digits": call.digits,
    }


def _message(message: MessageRecord) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "sid": message.sid,
        "to": message.to,
        "from": message.from_,
        "direction": message.direction,
        "status": message.status,
        "body": message.body,
        "error_code": message.error_code,
        "created_at": iso(message.created_at),
        "sent_at": iso(message.sent_at),
        "delivered_at": iso(message.delivered_at),
    }

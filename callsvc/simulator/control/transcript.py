"""GET /_simulator/ledger/calls/{sid}/transcript: who said what, and when.

JSON, or text with `?format=text`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from callsvc.simulator.calls.record import CallRecord
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.ledger import timeline
from callsvc.simulator.control.replies import ok, refuse
from callsvc.simulator.dates import iso
from callsvc.simulator.ledger.calls import find_call

# timeline kind -> who did it, and the fact that says what
_LINES = {
    "said": ("platform", "text"),
    "played": ("platform", "url"),
    "heard": ("other", "words"),
    "key": ("person", "key"),
    "spoke": ("person", "words"),
    "status": ("carrier", "status"),
    "joined": ("carrier", "conference"),
    "left": ("carrier", "conference"),
    "bridged": ("carrier", "with_call"),
    "detected": ("carrier", "answered_by"),
    "notification": ("carrier", "message"),
}


async def read_transcript(carrier: Carrier, request: web.Request) -> web.Response:
    """The lines of one call; 404 call-not-found."""
    call = find_call(carrier.store, request.match_info["sid"])
    if call is None:
        return refuse("call-not-found", "No call has this SID.", 404)
    lines = transcript_of(call, timeline(carrier, call.sid))
    if request.query.get("format") == "text" or request.headers.get("Accept", "").startswith("text/plain"):
        return web.Response(text=as_text(call, lines), content_type="text/plain")
    facts = {"sid": call.sid, "from": call.from_, "to": call.to, "direction": call.direction}
    return ok(facts | {"status": call.status, "created_at": iso(call.created_at), "lines": lines})


def transcript_of(call: CallRecord, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for whatever was said, pressed or happened: `at`, `offset` (lived seconds since the call was
    created), `who` (platform, person, other, carrier), `what`, `text`, and when they are known the `language`
    of speech and `by` whom something was heard. Keys pressed one after the other make one line.
    """
    lines: list[dict[str, Any]] = []
    for entry in entries:
        who, fact = _LINES.get(entry["kind"], ("", ""))
        if not who:
            continue
        text = str(entry.get(fact) or entry.get("digits") or "")
        if entry["kind"] == "key" and lines and lines[-1]["what"] == "key":
            lines[-1]["text"] += text
            continue
        offset = (datetime.fromisoformat(entry["at"]) - call.created_at).total_seconds()
        line = {"at": entry["at"], "offset": round(offset, 2), "who": who, "what": entry["kind"]}
        line["text"] = text
        line |= {name: entry[name] for name in ("language", "by") if entry.get(name) and who != "carrier"}
        lines.append(line)
    return lines


def as_text(call: CallRecord, lines: list[dict[str, Any]]) -> str:
    """The same for reading: a line each, minutes and seconds since the beginning first."""
    head = f"{call.sid}  {call.from_} -> {call.to}  {call.direction}  {call.status}"
    return "\n".join([head, *(f"{clock_of(line['offset'])}  {_sentence(line)}" for line in lines), ""])


def clock_of(seconds: float) -> str:
    """`03:07.5`: minutes, seconds, tenths."""
    tenths = max(0, round(seconds * 10))
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _sentence(line: dict[str, Any]) -> str:
    text = " ".join(line["text"].split())
    if line["what"] in ("said", "spoke", "heard"):
        text = f'"{text}"'
    elif line["what"] not in ("status",):
        text = f"[{line['what']}] {text}"
    return f"{line.get('by') or line['who']:<8}  {text}"

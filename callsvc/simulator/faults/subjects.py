"""Whom an event is about, in a word that is the same in every run: a number, or the name of a conference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from callsvc.simulator.ledger.calls import find_call

if TYPE_CHECKING:
    from aiohttp import web

    from callsvc.simulator.carrier import Carrier


def subject_of_post(place: str, parameters: Mapping[str, str]) -> str:
    """The person's address, whether they were called or call; of a conference its name."""
    if place == "conference-callback":
        return parameters.get("FriendlyName", "")
    theirs = "From" if place == "message-webhook" or parameters.get("Direction") == "inbound" else "To"
    return parameters.get(theirs, "")


async def subject_of_request(carrier: Carrier, request: web.Request) -> str:
    """Who is to be called or texted, or is on the call that is asked about."""
    if request.method == "GET":
        named = request.query.get("To", "")
    else:
        named = next(
            (
                value
                for name, value in parse_qsl((await request.read()).decode(errors="replace"))
                if name == "To"
            ),
            "",
        )
    sid = request.match_info.get("sid", "")
    if named or not sid:
        return named
    leg = carrier.legs.get(sid)
    record = leg.record if leg is not None else find_call(carrier.store, sid)
    return record.far_end if record is not None else ""

"""A telephone in the browser; what it does goes through /_simulator/phones."""

from __future__ import annotations

import json

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.page.language import language_of
from callsvc.simulator.page.render import page
from callsvc.simulator.page.texts import PHONE_FRENCH, PHONE_WORDS

# Numbers that belong to nobody: French ranges reserved for fiction.
SUGGESTED = ("+33639980001", "+33639980002", "+33199000101", "+33261910101", "+33353010101", "+33465710101")


async def show_phone(carrier: Carrier, request: web.Request) -> web.Response:
    """With `number`, that telephone; without, a choice of numbers."""
    number = request.query.get("number", "").replace(" ", "")
    # A plus sign of an address stands for a space, and everybody forgets it once.
    if number and number[0].isdigit():
        number = "+" + number
    words = {name: PHONE_FRENCH.get(text, text) for name, text in PHONE_WORDS.items()}
    return page(
        carrier,
        request,
        "phone.html",
        number=number,
        suggested=SUGGESTED,
        platform=_platform(carrier),
        words=words if language_of(request) == "fr" else PHONE_WORDS,
    )


def _platform(carrier: Carrier) -> list[str]:
    """Numbers of the platform that may be called: those that were set, then those that called."""
    rows = carrier.store.read("select number, facts from number order by number limit 20")
    numbers = [row["number"] for row in rows if json.loads(row["facts"]).get("voice_url")]
    recent = carrier.store.read(
        "select from_number from call where direction='outbound-api' order by seq desc limit 50"
    )
    return list(dict.fromkeys([*numbers, *(row[0] for row in recent), carrier.settings.sender]))[:8]

"""Templates to answers: everything escaped, nothing inline, no other host."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.control.transcript import clock_of
from callsvc.simulator.dates import iso
from callsvc.simulator.page.language import language_of
from callsvc.simulator.page.stepping import SECONDS
from callsvc.simulator.page.texts import FRENCH

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_COUNTRY_CODES = ("+33", "+32", "+41", "+44", "+1")


def page(
    carrier: Carrier, request: web.Request, template: str, status: int = 200, **facts: Any
) -> web.Response:
    """One page in the visitor's language."""
    language = language_of(request)
    clock = carrier.clock
    text = (
        _environment()
        .get_template(template)
        .render(
            _=lambda words: FRENCH.get(words, words) if language == "fr" else words,
            language=language,
            path=request.path,
            now=iso(clock.now()),
            speed=getattr(clock.inner, "speed", None),
            steps=SECONDS,
            **facts,
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": spaced, "hour": hour, "offset": clock_of, "lasted": lasted}
    environment.globals["static"] = _address
    return environment


@cache
def _address(name: str) -> str:
    """Where a static file is, with a mark of what is in it."""
    return f"/_simulator/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def spaced(number: str) -> str:
    """A number in the groups in which it is read: `+33 6 39 98 00 01`; anything else as it is."""
    code = next((code for code in _COUNTRY_CODES if number.startswith(code)), "")
    digits = number[len(code) :]
    if not code or not digits.isdigit():
        return number
    if code == "+33" and len(digits) == 9:
        return " ".join([code, digits[0], *(digits[at : at + 2] for at in range(1, 9, 2))])
    return " ".join([code, *(digits[at : at + 3] for at in range(0, len(digits), 3))])


def hour(instant: datetime | str | None) -> str:
    """`14:03:07`, in UTC; the browser puts it into its own zone."""
    if instant is None:
        return ""
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return at.strftime("%H:%M:%S")


def lasted(seconds: int | None) -> str:
    """`1:07`, minutes and seconds."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"

"""The language of the page: the switch's, else the browser's first that we know, else English."""

from __future__ import annotations

from aiohttp import web

COOKIE = "simulator_language"
LANGUAGES = ("en", "fr")


def language_of(request: web.Request) -> str:
    """`en` or `fr`."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return preferred(request.headers.get("Accept-Language", ""))


def preferred(header: str) -> str:
    """The best known language of an Accept-Language header."""
    weighed: list[tuple[float, str]] = []
    for entry in header.split(","):
        name, _, weight = entry.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1.0)
        except ValueError:
            quality = 0.0
        weighed.append((quality, name.strip().lower().partition("-")[0]))
    known = [
        name for quality, name in sorted(weighed, key=lambda one: -one[0]) if name in LANGUAGES and quality
    ]
    return known[0] if known else "en"

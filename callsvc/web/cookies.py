"""Names of our cookies. On https they bear the prefix ``__Host-``.

A browser keeps a cookie of that prefix only when it is secure, for this host alone and for all its paths: no
neighbour on a sub-domain, and nobody on a plain connection, can put one of theirs in its place.
"""

from collections.abc import Mapping

from flask import Response

PREFIX = "__Host-"
SESSION = "callsvc_session"
FORM = "callsvc_form"
_YEAR = 365 * 24 * 3600


def is_https(public_base_url: str) -> bool:
    return public_base_url.startswith("https://")


def cookie_name(name: str, public_base_url: str) -> str:
    """``__Host-callsvc_session`` on https, ``callsvc_session`` on a machine of one's own."""
    return f"{PREFIX}{name}" if is_https(public_base_url) else name


def keep_choice(response: Response, name: str, choice: str, *, https: bool) -> None:
    """Have the browser keep for a year how our pages are wanted. No secret: it needs no prefix."""
    response.set_cookie(name, choice, max_age=_YEAR, httponly=True, samesite="Lax", secure=https, path="/")


def session_token(cookies: Mapping[str, str], public_base_url: str) -> str:
    """The sign-in session's token of a request; ``""`` without one."""
    return cookies.get(cookie_name(SESSION, public_base_url), "")

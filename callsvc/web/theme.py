"""Light, dark, or as the device says: chosen by a cookie that the server reads, so that nothing flashes."""

from flask import Response, request

THEMES = ("auto", "light", "dark")
_COOKIE = "callsvc_theme"
_YEAR = 365 * 24 * 3600


def chosen_theme() -> str:
    """``auto``, ``light`` or ``dark`` for this request."""
    wanted = request.cookies.get(_COOKIE, "")
    return wanted if wanted in THEMES else THEMES[0]


def remember_theme(response: Response, theme: str, *, https: bool) -> None:
    response.set_cookie(_COOKIE, theme, max_age=_YEAR, httponly=True, samesite="Lax", secure=https, path="/")

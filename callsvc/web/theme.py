"""Light, dark, or as the device says: chosen by a cookie that the server reads, so that nothing flashes."""

from flask import Response, request

from callsvc.web.cookies import keep_choice

THEMES = ("auto", "light", "dark")
_COOKIE = "callsvc_theme"


def chosen_theme() -> str:
    """``auto``, ``light`` or ``dark`` for this request."""
    wanted = request.cookies.get(_COOKIE, "")
    return wanted if wanted in THEMES else THEMES[0]


def remember_theme(response: Response, theme: str, *, https: bool) -> None:
    keep_choice(response, _COOKIE, theme, https=https)

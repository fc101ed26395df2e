"""Who may use the simulator's own interface and page.

From this machine it is open, by an address of this machine; from anywhere else, or under another name (which
may be a stranger's name that was made to point here), the account's credentials are asked for. A browser that
another site told to post is refused in every case.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from callsvc.simulator.control.replies import refuse
from callsvc.simulator.rest.auth import check_access
from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.settings import Settings

_SAFE = ("GET", "HEAD")


def refusal(settings: Settings, request: web.Request) -> web.Response | None:
    """What to answer a request that may not pass; None when it may."""
    if not (_is_here(request.remote or "") and _is_here(_host(request.host))):
        try:
            check_access(settings, request)
        except ApiError as error:
            response = error.response()
            response.headers["WWW-Authenticate"] = 'Basic realm="simulator", charset="UTF-8"'
            return response
    if request.method not in _SAFE and _comes_from_another_site(request):
        return refuse(
            "cross-site-request", "Another site may not do this: use the simulator's own page.", 403
        )
    return None


def _comes_from_another_site(request: web.Request) -> bool:
    """Whether a browser says so; programs send neither header."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return True
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")


def _host(netloc: str) -> str:
    return urlsplit(f"//{netloc}").hostname or ""


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

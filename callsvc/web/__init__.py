"""What every page and every API handler shares: the Runtime of the application, CSRF, the safe headers.

Knows no capability, so that any slice's ``pages`` and ``api`` may import it.
"""

from typing import cast

from flask import Flask, Response, current_app
from flask_wtf.csrf import CSRFProtect

from callsvc.runtime import Runtime
from callsvc.web.cookies import is_https

csrf = CSRFProtect()

_KEY = "callsvc"
_POLICY_KEY = "callsvc-policy"

# Nothing is loaded from another host and nothing runs inline: a stored name can never become a script.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'{stream}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",  # static files say otherwise; all else is somebody's own, error pages too
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

_ON_HTTPS = {
    "Strict-Transport-Security": "max-age=31536000"
}  # once on https, a browser stays there for a year


def attach(app: Flask, rt: Runtime, *, stream_origin: str = "") -> None:
    """Bind the Runtime to the application and set the headers of every answer."""
    app.extensions[_KEY] = rt
    headers = _HEADERS | (_ON_HTTPS if is_https(rt.settings.public_base_url) else {})
    policy = _POLICY.format(stream=f" {stream_origin}" if stream_origin else "")
    app.extensions[_POLICY_KEY] = policy

    @app.after_request
    def _safe_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def policy_with(**sources: str) -> str:
    """The page policy with more sources for some of its directives: ``policy_with(connect_src="wss://x")``.

    For the one page that needs them; a directive the policy does not have is added.
    """
    directives = dict(
        one.strip().split(" ", 1) for one in cast(str, current_app.extensions[_POLICY_KEY]).split(";")
    )
    for name, more in sources.items():
        key = name.replace("_", "-")
        directives[key] = f"{directives[key]} {more}" if key in directives else more
    return "; ".join(f"{key} {said}" for key, said in directives.items())


def current_rt() -> Runtime:
    """The Runtime of the application that serves this request."""
    return cast(Runtime, current_app.extensions[_KEY])

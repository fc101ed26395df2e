"""Who may use the REST interface: the account with its token, or an API key with its secret."""

from __future__ import annotations

import base64
import hmac

from aiohttp import web

from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.settings import Settings


def check_access(settings: Settings, request: web.Request) -> None:
    """Let the request pass or raise 20003 "Authenticate" (HTTP 401)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    pairs = [(settings.account_sid, settings.auth_token), (settings.api_key_sid, settings.api_key_secret)]
    known = [base64.b64encode(f"{sid}:{secret}".encode()) for sid, secret in pairs if sid and secret]
    allowed = any(hmac.compare_digest(given.strip().encode(), entry) for entry in known)
    if scheme.lower() != "basic" or not allowed:
        raise ApiError(20003, "Authenticate", 401)
    account = request.match_info.get("account", settings.account_sid)
    if account != settings.account_sid:
        raise ApiError(20003, "Authenticate", 401)

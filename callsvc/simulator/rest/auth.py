"""Who may use the REST interface: the account with its token, or an API key with its secret."""

from __future__ import annotations

import base64
import hmac

from aiohttp import web

from callsvc.simulator.profiles.differences import bearer_allows
from callsvc.simulator.profiles.profile import PROFILES
from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.settings import Settings


def check_access(settings: Settings, request: web.Request) -> None:
    """Let the request pass or raise 20003 "Authenticate" (HTTP 401)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    pairs = [(settings.account_sid, settings.auth_token), *_api_keys(settings)]
    known = [base64.b64encode(f"{sid}:{secret}".encode()) for sid, secret in pairs if sid and secret]
    allowed = any(hmac.compare_digest(given.strip().encode(), entry) for entry in known)
    basic = PROFILES[settings.profile].auth == "basic" and scheme.lower() == "basic" and allowed
    if not basic and not bearer_allows(settings, request):
        raise ApiError(20003, "Authenticate", 401)
    account = request.match_info.get("account", settings.account_sid)
    if account != settings.account_sid:
        raise ApiError(20003, "Authenticate", 401)


def _api_keys(settings: Settings) -> list[tuple[str, str]]:
    """Several keys stand between commas, as do their secrets, in the same order."""
    sids, secrets = settings.api_key_sid.split(","), settings.api_key_secret.split(",")
    return [(sid.strip(), secret.strip()) for sid, secret in zip(sids, secrets, strict=False)]

"""Where a profile makes a difference: access, required fields, unknown verbs."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

from aiohttp import web

from callsvc.simulator.profiles.profile import PROFILES, Profile
from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.settings import Settings
from callsvc.simulator.twiml.errors import DocumentError

_UNKNOWN_VERB = 12200
_REQUIRED = 20001


def bearer_allows(settings: Settings, request: web.Request) -> bool:
    """Whether this carrier takes bearer tokens, and the request brings the right one."""
    if PROFILES[settings.profile].auth != "bearer":
        return False
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    tokens = (settings.auth_token, settings.api_key_secret)
    known = any(token and hmac.compare_digest(given.strip().encode(), token.encode()) for token in tokens)
    return scheme.lower() == "bearer" and known


async def check_required(profile: Profile, request: web.Request) -> None:
    """Refuse a creation that lacks a field this carrier needs."""
    if request.method != "POST" or not profile.required:
        return
    for path, names in profile.required.items():
        if request.path.endswith(path):
            given = dict(parse_qsl(await request.text()))
            for name in names:
                if not given.get(name):
                    raise ApiError(_REQUIRED, f"{name} is required by this carrier.")


def check_known(profile: Profile, document: Element) -> None:
    """Refuse a document that holds a verb or noun this carrier does not know."""
    if profile.missing_verbs:
        for element in document.iter():
            if element.tag in profile.missing_verbs:
                raise DocumentError(_UNKNOWN_VERB, f"{element.tag} is not known to this carrier")

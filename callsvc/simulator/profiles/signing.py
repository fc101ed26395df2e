"""How a carrier signs what it posts, as a step of the HTTP client.

The client writes the vendor's own X-Twilio-Signature; here it is renamed or replaced as the profile says.
Ed25519: "telnyx-signature-ed25519: the signature, base64; telnyx-timestamp: seconds since 1970; signed is
timestamp|body". The key is derived from the account's token, so that a restarted carrier signs as before.
"""

from __future__ import annotations

import base64
import hashlib
import time

from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from callsvc.simulator.dates import SKEW
from callsvc.simulator.profiles.profile import PROFILES

_VENDORS = "X-Twilio-Signature"


def public_key(auth_token: str) -> str:
    """What the service is given to check Ed25519 signatures: base64 of 32 bytes."""
    return base64.b64encode(_private_key(auth_token).public_key().public_bytes_raw()).decode()


def signing(profile: str, auth_token: str) -> tuple[ClientMiddlewareType, ...]:
    """The steps a request goes through before it leaves; none for the vendor itself."""
    found = PROFILES[profile]
    if found.signature == "ed25519":
        return (_Ed25519(_private_key(auth_token)),)
    return () if found.signature_header == _VENDORS else (_Renamed(found.signature_header),)


class _Renamed:
    """The same signature under another header."""

    def __init__(self, header: str) -> None:
        self._header = header

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Rename, then go on."""
        request.headers[self._header] = request.headers.pop(_VENDORS)
        return await handler(request)


class _Ed25519:
    """Timestamp and body, signed with the carrier's private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Replace the signature, then go on."""
        request.headers.pop(_VENDORS, None)
        body = b"" if isinstance(request.body, bytes) else await request.body.as_bytes()
        timestamp = str(int(time.time() + SKEW.get().seconds))
        signed = self._key.sign(f"{timestamp}|".encode() + body)
        request.headers["telnyx-signature-ed25519"] = base64.b64encode(signed).decode()
        request.headers["telnyx-timestamp"] = timestamp
        return await handler(request)


def _private_key(auth_token: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"ed25519|{auth_token}".encode()).digest())

"""Believing an ID token: OpenID Connect Core 1.0, section 3.1.3.7."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from callsvc.accounts.oidc.provider import Provider, refused

LEEWAY_S = 60  # by which the two machines' clocks may differ

# Signatures by a private key alone. Never "none"; never HMAC, whose key would be something public.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


def believe(provider: Provider, token: object, *, nonce: str, now: datetime) -> Mapping[str, Any]:
    """The claims of an ID token that this provider signed for us, for this very request.

    ``now`` is machine time. Raises ``organisation-refused`` for anything else: another signer, issuer,
    audience or nonce, expired, not signed.
    """
    if not isinstance(token, str) or not nonce:
        raise refused("no ID token")
    try:
        decoded = _decode(provider, token)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise refused(f"{type(error).__name__} {getattr(error, 'claim', '')}".strip()) from None
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise refused("sub")
    return dict(claims)


def _decode(provider: Provider, token: str) -> jwt.Token:
    """With the keys we know; a key we do not know yet may be a new one, so they are fetched once more."""
    try:
        return jwt.decode(token, KeySet.import_key_set(provider.keys()), algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        keys = KeySet.import_key_set(provider.keys(renew=True))
        return jwt.decode(token, keys, algorithms=ALGORITHMS)

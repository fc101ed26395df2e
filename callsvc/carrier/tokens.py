"""Tokens with which a browser proves to the carrier which softphone it is. Made here: no request is sent."""

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from callsvc.core.settings import Settings


def can_sign(settings: Settings) -> bool:
    """An access token is signed with an API key; the account's own token cannot."""
    return bool(settings.twilio_api_key_sid and settings.twilio_api_key_secret)


def voice_token(settings: Settings, client_name: str, ttl_s: int) -> str:
    """A JWT that lets its bearer answer calls to ``client:<client_name>`` for ``ttl_s`` real seconds.

    It can place none: an agent's leg is always dialled by the service.
    """
    grant = VoiceGrant(incoming_allow=True)
    token = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key_sid,
        settings.twilio_api_key_secret,
        grants=[grant],
        identity=client_name,
        ttl=ttl_s,
    )
    return str(token.to_jwt())

"""The carrier's voice SDK in the desk's page: a file an administrator has put in place, and its needs."""

from pathlib import Path

from flask import Response

from callsvc.core.settings import Settings
from callsvc.web import policy_with


def sdk_in_place(settings: Settings) -> bool:
    """Whether the SDK is on this machine; it is never loaded from elsewhere."""
    return bool(settings.callsvc_voice_sdk_file) and Path(settings.callsvc_voice_sdk_file).is_file()


def allow_sdk(response: Response) -> Response:
    """What the SDK needs of a page: its signalling and its sounds; scripts stay ours alone."""
    response.headers["Content-Security-Policy"] = policy_with(
        connect_src="wss://*.twilio.com https://*.twilio.com",
        media_src="'self' blob: mediastream: https://sdk.twilio.com https://media.twiliocdn.com",
    )
    return response

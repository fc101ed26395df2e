"""From what the carrier posts to what the flow hears: keys, words, silence, a recording."""

from callsvc.carrier.profiles import profile_of
from callsvc.core.settings import Settings
from callsvc.webhooks.requests import CarrierRequest
from ivr_flows import Input, Keys, NoKeys, Record, Recording, Wait, Words


def listens(settings: Settings) -> bool:
    """Whether words may be said: the carrier understands them, and we are set to believe it."""
    return settings.callsvc_speech_confidence > 0 and profile_of(settings).speech


def heard(settings: Settings, waiting: Wait | None, given: CarrierRequest) -> Input:
    """What the person gave. Words that the carrier is not sure of are words that fit nothing."""
    if isinstance(waiting, Record):
        return Recording(given.text("RecordingSid"), given.number("RecordingDuration") or 0)
    if given.text("Digits"):
        return Keys(given.text("Digits"))
    if given.text("SpeechResult") and listens(settings):
        sure = confidence(given) >= settings.callsvc_speech_confidence
        return Words(given.text("SpeechResult") if sure else "")
    return NoKeys()


def confidence(given: CarrierRequest) -> float:
    """How sure the carrier is, from 0 to 1; 0 when it does not say."""
    try:
        return float(given.text("Confidence"))
    except ValueError:
        return 0.0

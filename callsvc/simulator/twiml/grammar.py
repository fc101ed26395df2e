"""The grammar: for each element its attributes, what they may hold, what may be nested in it, and the codes.

Whoever adds an attribute adds it here; one that is not here is ignored with 12200, as the vendor does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.attributes import (
    Rule,
    anything,
    boolean,
    made_of,
    method,
    one_of,
    positive,
    positive_or_auto,
    some_of,
    whole,
)

_KEYS = "0123456789*#"
_DIGITS = _KEYS + "wW"
_EVENTS = some_of("initiated", "ringing", "answered", "completed")
_ROOM_EVENTS = some_of(
    "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement", "record"
)
_BEEP = one_of("true", "false", "onEnter", "onExit")
_RECORDING = {
    "recordingStatusCallback": anything, "recordingStatusCallbackMethod": method,
    "recordingStatusCallbackEvent": some_of("in-progress", "completed", "absent"),
    "recordingTrack": one_of("inbound", "outbound", "both"), "recordingConfigurationId": anything,
}  # fmt: skip
_DETECTION = {
    "machineDetection": one_of("Enable", "DetectMessageEnd"), "machineDetectionTimeout": positive,
    "machineDetectionSpeechThreshold": positive, "machineDetectionSpeechEndThreshold": positive,
    "machineDetectionSilenceTimeout": positive, "amdStatusCallback": anything,
    "amdStatusCallbackMethod": method,
}  # fmt: skip
_PARTY = {
    "url": anything, "method": method, "statusCallback": anything, "statusCallbackMethod": method,
    "statusCallbackEvent": _EVENTS,
}  # fmt: skip
_STREAM = {
    "name": anything, "url": anything, "track": anything, "statusCallback": anything,
    "statusCallbackMethod": method, "connectorName": anything,
}  # fmt: skip


@dataclass(frozen=True)
class Grammar:
    """One element: rules by attribute, codes of attributes that have their own, what may be inside."""

    attributes: Mapping[str, Rule] = field(default_factory=dict)
    own_codes: Mapping[str, int] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    nested_code: int = codes.SCHEMA
    free: bool = False  # whatever is inside is text or belongs to somebody else (SSML, parameters)


def _element(
    attributes: Mapping[str, Rule] | None = None,
    own: Mapping[str, int] | None = None,
    children: str = "",
    nested: int = codes.SCHEMA,
    *,
    free: bool = False,
) -> Grammar:
    return Grammar(attributes or {}, own or {}, frozenset(children.split()), nested, free)


_MESSAGE = {
    "to": anything, "from": anything, "action": anything, "method": method, "statusCallback": anything,
}  # fmt: skip

GRAMMAR: dict[str, Grammar] = {
    "Say": _element(
        {"voice": anything, "language": anything, "loop": whole}, {"loop": codes.SAY_LOOP}, free=True
    ),
    "Play": _element({"loop": whole, "digits": made_of(_DIGITS)}, {"loop": codes.PLAY_LOOP}),
    "Pause": _element({"length": whole}, {"length": codes.PAUSE_LENGTH}),
    "Gather": _element(
        {
            "input": some_of("dtmf", "speech"), "action": anything, "method": method,
            "timeout": positive_or_auto, "speechTimeout": positive_or_auto, "maxSpeechTime": positive,
            "finishOnKey": made_of(_KEYS),
            "numDigits": positive, "actionOnEmptyResult": boolean, "hints": anything, "language": anything,
            "partialResultCallback": anything, "partialResultCallbackMethod": method,
            "profanityFilter": boolean, "bargeIn": boolean, "enhanced": boolean, "speechModel": anything,
            "dtmfDetection": anything, "debug": boolean,
        },
        {
            "finishOnKey": codes.GATHER_FINISH_KEY, "method": codes.GATHER_METHOD,
            "timeout": codes.GATHER_TIMEOUT, "numDigits": codes.GATHER_DIGITS,
            "speechTimeout": codes.GATHER_SPEECH_TIMEOUT,
        },
        "Say Play Pause", codes.GATHER_NESTED,
    ),
    "Record": _element(
        {
            "action": anything, "method": method, "timeout": positive, "finishOnKey": made_of(_KEYS),
            "maxLength": positive, "playBeep": boolean, "trim": anything, "transcribe": boolean,
            "transcribeCallback": anything, **_RECORDING,
        },
    ),
    "Dial": _element(
        {
            "action": anything, "method": method, "timeout": positive, "timeLimit": positive,
            "hangupOnStar": boolean, "callerId": anything, "answerOnBridge": boolean, "ringTone": anything,
            "sequential": boolean, "referUrl": anything, "referMethod": method, "trim": anything,
            "events": anything,
            "record": one_of(
                "true", "false", "do-not-record", "record-from-answer", "record-from-ringing",
                "record-from-answer-dual", "record-from-ringing-dual",
            ),
            **_RECORDING,
        },
        {
            "method": codes.DIAL_METHOD, "timeout": codes.DIAL_TIMEOUT, "hangupOnStar": codes.DIAL_STAR,
            "timeLimit": codes.DIAL_TIME_LIMIT, "record": codes.DIAL_RECORD,
        },
        "Number Client Sip Conference Queue", codes.DIAL_NESTED,
    ),
    "Number": _element(
        {**_PARTY, **_DETECTION, "sendDigits": made_of(_DIGITS), "byoc": anything},
        {"method": codes.NUMBER_METHOD, "sendDigits": codes.NUMBER_DIGITS},
    ),
    "Client": _element(_PARTY, children="Identity Parameter"),
    "Identity": _element(),
    "Parameter": _element({"name": anything, "value": anything}),
    "Sip": _element(
        {**_PARTY, **_DETECTION, "username": anything, "password": anything, "sendDigits": made_of(_DIGITS)},
        {"method": codes.SIP_METHOD},
    ),
    "Queue": _element(
        {"url": anything, "method": method, "reservationSid": anything, "postWorkActivitySid": anything}
    ),
    "Conference": _element(
        {
            "muted": boolean, "beep": _BEEP, "startConferenceOnEnter": boolean,
            "endConferenceOnExit": boolean,
            "waitUrl": anything, "waitMethod": method, "maxParticipants": positive, "coach": anything,
            "participantLabel": anything, "statusCallback": anything, "statusCallbackMethod": method,
            "statusCallbackEvent": _ROOM_EVENTS, "jitterBufferSize": anything, "region": anything,
            "trim": anything, "record": one_of("true", "false", "do-not-record", "record-from-start"),
            "eventCallbackUrl": anything, **_RECORDING,
        },
        {
            "muted": codes.CONFERENCE_MUTED, "beep": codes.CONFERENCE_BEEP,
            "startConferenceOnEnter": codes.CONFERENCE_START_ON_ENTER,
            "endConferenceOnExit": codes.CONFERENCE_END_ON_EXIT, "waitMethod": codes.CONFERENCE_WAIT_METHOD,
        },
    ),
    "Enqueue": _element(
        {
            "action": anything, "method": method, "waitUrl": anything, "waitUrlMethod": method,
            "workflowSid": anything,
        },
        children="Task",
    ),
    "Task": _element({"priority": whole, "timeout": positive}),
    "Leave": _element(),
    "Redirect": _element({"method": method}, {"method": codes.REDIRECT_METHOD}),
    "Reject": _element({"reason": one_of("rejected", "busy")}, children="Parameter"),
    "Hangup": _element(children="Parameter"),
    "Sms": _element(_MESSAGE, {"method": codes.SMS_METHOD}),
    "Message": _element(_MESSAGE, {"method": codes.SMS_METHOD}, "Body Media"),
    "Body": _element(),
    "Media": _element(),
    "Start": _element(
        {"action": anything, "method": method}, children="Stream Siprec Recording Transcription"
    ),
    "Stop": _element(children="Stream Siprec Recording Transcription"),
    "Stream": _element(_STREAM, free=True),
    "Siprec": _element(_STREAM, free=True),
    "Recording": _element(
        {"name": anything, "channels": one_of("mono", "dual"), "trim": anything, **_RECORDING}
    ),
    "Transcription": _element({"name": anything, "statusCallbackUrl": anything}, free=True),
    "Connect": Grammar(free=True),
    "Refer": Grammar(free=True),
    "Pay": Grammar(free=True),
    "Prompt": Grammar(free=True),
    "Echo": _element(),
}  # fmt: skip
UNCHECKED = frozenset({"Connect", "Refer", "Pay", "Prompt", "Transcription", "Siprec", "Stream"})

"""What a creation of a call may ask for, checked as the vendor checks it."""

from __future__ import annotations

import re

from callsvc.simulator.calls.progress import subscribed_events
from callsvc.simulator.calls.record import CallOptions
from callsvc.simulator.ledger.applications import find_application
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.recordings.record import Wish
from callsvc.simulator.recordings.starting import recording_events
from callsvc.simulator.rest.errors import ApiError
from callsvc.simulator.rest.forms import Form

TWIML_LIMIT = 4000
_DIGITS = re.compile(r"[0-9A-Da-d#*wW]{1,32}")
_RING_LIMIT = 600
_DAY = 86400
_BAD_DETECTION = 21234
_BAD_CALLBACK = 21609


def call_options(store: Store, form: Form) -> CallOptions:
    """The options of POST /Calls.json; "if both url and twiml are given, twiml is ignored"."""
    application_sid = form.get("ApplicationSid")
    if application_sid:
        return _of_application(store, application_sid, form)
    url, twiml = form.url("Url"), form.get("Twiml")
    if not url and not twiml:
        raise ApiError(21205, "Url parameter is required.")
    check_twiml(twiml)
    options = common_options(form)
    options.url, options.method = url, form.method("Method")
    options.twiml = "" if url else twiml
    options.fallback_url, options.fallback_method = form.url("FallbackUrl"), form.method("FallbackMethod")
    options.send_digits = _send_digits(form)
    options.async_amd = form.flag("AsyncAmd")
    options.amd_callback = form.url("AsyncAmdStatusCallback", _BAD_CALLBACK)
    options.amd_method = form.method("AsyncAmdStatusCallbackMethod")
    return options


def common_options(form: Form) -> CallOptions:
    """What a call and a participant of a conference may both ask for."""
    return CallOptions(
        status_callback=form.url("StatusCallback", _BAD_CALLBACK),
        status_method=form.method("StatusCallbackMethod"),
        status_events=subscribed_events(form.all("StatusCallbackEvent")),
        # "the maximum is 600 seconds"
        timeout=float(min(_RING_LIMIT, form.integer("Timeout", 60, 1, 10**9, 21208))),
        time_limit=float(form.integer("TimeLimit", 14400, 1, _DAY, 20001)),
        machine_detection=form.word("MachineDetection", ("Enable", "DetectMessageEnd"), code=_BAD_DETECTION),
        detection_timeout=form.integer("MachineDetectionTimeout", 30, 3, 59, _BAD_DETECTION),
        speech_threshold=form.integer("MachineDetectionSpeechThreshold", 2400, 1000, 6000, _BAD_DETECTION),
        speech_end_threshold=form.integer(
            "MachineDetectionSpeechEndThreshold", 1200, 500, 5000, _BAD_DETECTION
        ),
        silence_timeout=form.integer("MachineDetectionSilenceTimeout", 5000, 2000, 10000, _BAD_DETECTION),
    )


def recording_wish(form: Form) -> Wish:
    """How a recording is to be made."""
    return Wish(
        channels=2 if form.word("RecordingChannels", ("mono", "dual"), "mono") == "dual" else 1,
        track=form.word("RecordingTrack", ("inbound", "outbound", "both"), "both"),
        callback=form.url("RecordingStatusCallback"),
        method=form.method("RecordingStatusCallbackMethod"),
        events=recording_events(form.all("RecordingStatusCallbackEvent")),
    )


def check_twiml(twiml: str) -> None:
    """ "Max 4000 characters"."""
    if len(twiml) > TWIML_LIMIT:
        raise ApiError(20001, f"Parameter Twiml is longer than {TWIML_LIMIT} characters")


def _of_application(store: Store, sid: str, form: Form) -> CallOptions:
    """The application's webhooks; "if an application_sid is present" the call's own are ignored."""
    application = find_application(store, sid)
    if application is None or not application.voice_url:
        raise ApiError(21218, f"Invalid ApplicationSid: {sid}")
    options = common_options(form)
    options.url, options.method = application.voice_url, application.voice_method
    options.fallback_url = application.voice_fallback_url
    options.fallback_method = application.voice_fallback_method
    options.status_callback = application.status_callback
    options.status_method = application.status_callback_method
    options.status_events = ("completed",)
    options.send_digits = _send_digits(form)
    return options


def _send_digits(form: Form) -> str:
    digits = form.get("SendDigits")
    if digits and not _DIGITS.fullmatch(digits):
        raise ApiError(21206, f"Invalid SendDigits: {digits}")
    return digits

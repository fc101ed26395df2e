"""What a creation of a participant may ask for, and the document its call follows when it answers."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from callsvc.simulator.calls.progress import subscribed_events
from callsvc.simulator.calls.record import CallOptions
from callsvc.simulator.calls.room import RoomCallback, StayOptions
from callsvc.simulator.rest.call_options import common_options
from callsvc.simulator.rest.forms import Form

# The form's parameters that are attributes of the Conference noun, word for word.
_ATTRIBUTES = {
    "Label": "participantLabel",
    "Muted": "muted",
    "Beep": "beep",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "MaxParticipants": "maxParticipants",
    "Region": "region",
    "CallSidToCoach": "coach",
    "ConferenceRecord": "record",
    "ConferenceRecordingStatusCallback": "recordingStatusCallback",
    "ConferenceRecordingStatusCallbackMethod": "recordingStatusCallbackMethod",
}


def participant_options(form: Form) -> CallOptions:
    """The options of the call; a participant's machine detection never keeps it out of the conference."""
    options = common_options(form)
    options.status_events = subscribed_events(asked_events(form))
    options.timeout = float(form.integer("Timeout", 60, 5, 600, 21208))
    options.async_amd = True
    options.amd_callback = form.url("AmdStatusCallback")
    options.amd_method = form.method("AmdStatusCallbackMethod")
    return options


def asked_events(form: Form) -> list[str]:
    """The events of the call; here, unlike for a call, "separate multiple values with a space"."""
    return " ".join(form.all("StatusCallbackEvent")).split()


def stay_options(form: Form) -> StayOptions:
    """How the participant will be in the conference."""
    return StayOptions(
        label=form.get("Label"),
        muted=form.flag("Muted"),
        start_on_enter=form.flag("StartConferenceOnEnter", True),
        end_on_exit=form.flag("EndConferenceOnExit"),
        coach=form.sid("CallSidToCoach", "CA"),
    )


def participant_document(name: str, form: Form) -> str:
    """The TwiML that puts the call into the conference."""
    given = {attribute: form.get(parameter) for parameter, attribute in _ATTRIBUTES.items()}
    if given["record"] == "true":
        given["record"] = "record-from-start"
    events = " ".join(form.all("ConferenceRecordingStatusCallbackEvent"))
    given |= {"recordingStatusCallbackEvent": events}
    written = " ".join(f"{attribute}={quoteattr(value)}" for attribute, value in given.items() if value)
    return f"<Response><Dial><Conference {written}>{escape(name)}</Conference></Dial></Response>"


def room_callback(form: Form) -> RoomCallback:
    """Where the conference's events go, if this participant creates it."""
    asked = " ".join(form.all("ConferenceStatusCallbackEvent")) or "start end"
    return RoomCallback(
        form.url("ConferenceStatusCallback"),
        form.method("ConferenceStatusCallbackMethod"),
        frozenset(asked.split()),
    )

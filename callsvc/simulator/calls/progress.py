"""Call progress events: the status callbacks of one call, in their true order.

"initiated, ringing, answered, completed ... if you don't specify an event, completed is sent by default";
`completed` carries whichever final status the call has, `answered` carries in-progress.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from callsvc.simulator.calls.record import EVENT_OF_STATUS, EVENTS, CallRecord
from callsvc.simulator.dates import rfc2822
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.parameters import voice_parameters

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg

_SIP_CODES = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}


def subscribed_events(values: list[str]) -> tuple[str, ...]:
    """The events a `StatusCallbackEvent` parameter asks for, given once for each event.

    Sent as one text with spaces, "callbacks after initiated never come", as users of the vendor found out.
    """
    if not values:
        return ("completed",)
    if any(" " in value.strip() for value in values):
        return ("initiated",)
    return tuple(event for event in EVENTS if event in values)


def post_progress(leg: Leg) -> None:
    """Post the event of the call's present status, if it was asked for."""
    call = leg.record
    event = EVENT_OF_STATUS.get(call.status, "completed" if call.final else "")
    if not call.options.status_callback or event not in call.options.status_events:
        return
    parameters = progress_parameters(leg.carrier.settings.account_sid, call, leg.sequence)
    if call.final:
        parameters |= _recorded(leg)
    leg.sequence += 1

    def note(url: str, sent: Mapping[str, str], answer: Answer) -> None:
        facts = {"url": url, "status": sent["CallStatus"], "sequence": sent["SequenceNumber"]}
        leg.note("callback", **facts, answer=answer.status, code=answer.code, tries=answer.tries)
        if call.final and sent["CallStatus"] == call.status:
            leg.settle_callback()

    leg.outbox.post(
        call.options.status_callback, call.options.status_method, parameters, note, last=call.final
    )


def progress_parameters(account_sid: str, call: CallRecord, sequence: int) -> dict[str, str]:
    """The form of one status callback."""
    parameters = voice_parameters(account_sid, call)
    parameters["CallbackSource"] = "call-progress-events"
    parameters["Timestamp"] = rfc2822(call.updated_at) or ""
    parameters["SequenceNumber"] = str(sequence)
    if call.final:
        parameters["CallDuration"] = str(call.duration or 0)
        parameters["Duration"] = str(math.ceil((call.duration or 0) / 60))
        parameters["SipResponseCode"] = _SIP_CODES[call.status]
    return parameters


def _recorded(leg: Leg) -> dict[str, str]:
    """ "The recording_url is sent to the status_callback URL" of a call created with Record."""
    for recorder in leg.carrier.recorders.values():
        if recorder.record.call_sid == leg.record.sid and recorder.record.source == "OutboundAPI":
            length = {"RecordingDuration": str(math.ceil(recorder.counted))}
            return {"RecordingUrl": recorder.url, "RecordingSid": recorder.record.sid} | length
    return {}


def final_sequence(call: CallRecord) -> int:
    """The SequenceNumber of the last event: one more than the events that may have come before it."""
    return max(0, len(call.options.status_events) - 1)

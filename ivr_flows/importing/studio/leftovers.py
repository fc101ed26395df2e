"""Properties of widgets that have no place in a flow of ours, and that somebody may miss."""

from __future__ import annotations

from collections.abc import Mapping

from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import raw
from ivr_flows.importing.studio.states import State

_QUEUE = ("task_attributes", "attributes", "priority", "wait_url", "waitUrl", "timeout")
_SENT = ("from", "service", "attributes")

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "gather-input-on-call": ("hints", "finish_on_key"),
    "connect-call-to": ("record", "caller_id", "time_limit", "sip_username"),
    "enqueue-call": _QUEUE,
    "send-to-flex": (*_QUEUE, "channel"),
    "record-voicemail": ("transcription_callback_url", "recording_status_callback_url", "trim"),
    "send-message": _SENT,
    "send-and-wait-for-reply": (*_SENT, "media_url", "content_sid"),
}
USUAL = frozenset({"", "#", "{{flow.channel.address}}", "{{contact.channel.address}}", "false", "default"})
"""Values that say what a flow of ours does anyway."""


def left_out(state: State, entry: Entry) -> None:
    """Name the properties that are set and left out."""
    properties = state.properties
    missed = [
        name
        for name in LEFT_OUT.get(state.type, ())
        if raw(properties, name).strip() not in USUAL or properties.get(name) is True
    ]
    if missed and entry.fate != "todo":
        entry.note("approximated", f"Left out: {', '.join(missed)}.")

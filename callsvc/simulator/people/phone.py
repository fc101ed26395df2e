"""What people do after a call or a message: answer by text, call back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from callsvc.simulator.calls.record import CallRecord
from callsvc.simulator.people.person import Reaction
from callsvc.simulator.people.voice import Voice

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier


def react_to_call(carrier: Carrier, call: CallRecord, voice: Voice | None) -> None:
    """A call with this person ended: it was missed, went to voicemail, or was held."""
    person = carrier.people.at(call.far_end)
    if not person.texts and not person.calls_back:
        return
    event = _event_of(call, voice)
    if event:
        _react(carrier, call.far_end, event, call.near_end, "", person.texts, person.calls_back)


def react_to_message(carrier: Carrier, address: str, sender: str, body: str) -> None:
    """A text message reached this person."""
    person = carrier.people.at(address)
    _react(carrier, address, "sms", sender, body, person.texts, person.calls_back)


def _event_of(call: CallRecord, voice: Voice | None) -> str:
    if call.direction == "inbound":
        return "call-ended"
    if call.answered_at is None:
        return (
            "missed-call" if call.ringing_at is not None and call.status in ("no-answer", "canceled") else ""
        )
    if voice is not None and voice.kind == "machine":
        return "voicemail" if voice.left_message else "missed-call"
    return "call-ended" if voice is not None and voice.kind == "human" else ""


def _react(  # noqa: PLR0917 - what happened, then who may react
    carrier: Carrier,
    address: str,
    event: str,
    other: str,
    body: str,
    texts: Sequence[Reaction],
    calls: Sequence[Reaction],
) -> None:
    from callsvc.simulator.calls.inbound import receive_call
    from callsvc.simulator.messages.inbound import receive_message

    for index, text in enumerate(texts):
        if _applies(carrier, address, "text", index, text, event, body):
            answer = partial(receive_message, carrier, address, text.to or other, text.body)
            carrier.later(text.after, partial(_unless_quiet, carrier, answer))
            break
    for index, call in enumerate(calls):
        if _applies(carrier, address, "call", index, call, event, body):
            ring = partial(receive_call, carrier, address, call.to or other)
            carrier.later(call.after, partial(_unless_quiet, carrier, ring))
            break


def _unless_quiet(carrier: Carrier, act: Callable[[], object]) -> object:
    return None if carrier.people.quiet else act()


def _applies(  # noqa: PLR0917 - as above
    carrier: Carrier, address: str, what: str, index: int, reaction: Reaction, event: str, body: str
) -> bool:
    if reaction.on != event:
        return False
    if event == "sms" and reaction.matches is not None and not reaction.matches.search(body):
        return False
    return carrier.people.may(address, what, index, reaction.times)

"""What the service asks of a carrier. Implemented by ``twilio.py`` and, for tests, by ``memory.py``.

Errors say what is known about the request, because a POST that places a call may not be repeated blindly:

    Refused       the carrier answered no: nothing was placed         (4xx; ``code`` is the vendor's)
    Throttled     the carrier answered "later": nothing was placed    (429)
    Unsent        no connection was made: nothing was placed
    InDoubt       time-out, 5xx or a broken connection: perhaps it was placed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class CarrierError(Exception):
    """Base of what can go wrong with one request to the carrier."""


class Refused(CarrierError):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Throttled(CarrierError):
    pass


class Unsent(CarrierError):
    pass


class InDoubt(CarrierError):
    pass


CALL_NOT_IN_PROGRESS = 21220
NOT_FOUND = 20404
RECIPIENT_OPTED_OUT = 21610  # of SMS from our number


@dataclass(frozen=True, kw_only=True)
class CallOrder:
    """One outbound leg. ``to`` is E.164 or ``client:<name>``; urls carry the leg's id, nothing else."""

    to: str
    from_: str
    answer_url: str
    fallback_url: str
    status_url: str
    ring_timeout_s: int = 30
    time_limit_s: int = 3600
    machine_detection: str = ""  # "", Enable, DetectMessageEnd
    async_machine_url: str = ""


@dataclass(frozen=True, kw_only=True)
class CarrierCall:
    """A call as the carrier's REST API tells it; instants are the carrier's (lived)."""

    sid: str
    to: str
    status: str
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: int | None
    answered_by: str | None


@dataclass(frozen=True, kw_only=True)
class CarrierMessage:
    sid: str
    to: str
    status: str
    created_at: datetime | None
    error_code: int | None
    body: str


@dataclass(frozen=True, kw_only=True)
class ParticipantChange:
    """What is None stays. A held participant hears the document of ``hold_url``, the others go on.

    Who coaches is heard by one call of the conference alone: ``coached`` is its SID, empty for by all again.
    The document of ``announce_url`` is played to this participant alone, beside what they hear.
    """

    muted: bool | None = None
    held: bool | None = None
    hold_url: str = ""
    coached: str | None = None
    announce_url: str = ""


class Carrier(Protocol):
    """The port. Every method may raise ``CarrierError``; none is ever called inside a transaction."""

    def create_call(self, order: CallOrder) -> CarrierCall: ...

    def fetch_call(self, sid: str) -> CarrierCall: ...

    def list_calls(self, *, to: str) -> Sequence[CarrierCall]:
        """All calls to this address, newest first; compare ``created_at``, as a queued call never started."""
        ...

    def end_call(self, sid: str) -> None:
        """Hang up a live call (completed). ``Refused(21220)`` when it is over already."""
        ...

    def cancel_call(self, sid: str) -> None:
        """Cancel a queued or ringing call. ``Refused(21220)`` when it is neither."""
        ...

    def redirect_call(self, sid: str, url: str) -> None:
        """Make a live call fetch new instructions. ``Refused(21220)`` when it is over."""
        ...

    def change_participant(self, conference: str, sid: str, change: ParticipantChange) -> None:
        """Hold, resume, mute or unmute one call in a conference; doing it twice is doing it once.

        ``Refused(20404)`` when the call is not in that conference (any more, or yet).
        """
        ...

    def create_message(self, *, to: str, from_: str, body: str, status_url: str) -> CarrierMessage: ...

    def list_messages(self, *, to: str) -> Sequence[CarrierMessage]: ...

    def fetch_message(self, sid: str) -> CarrierMessage: ...

    def empty_message(self, sid: str) -> None:
        """Take its text out of the carrier's records, also twice. ``Refused`` until it is over."""
        ...

    def delete_message(self, sid: str) -> None:
        """Take it out of the carrier's records. ``Refused(20404)`` when it is not there (any more)."""
        ...

    def list_recordings(self, call_sid: str) -> Sequence[str]:
        """The SIDs of what the carrier recorded of a call."""
        ...

    def delete_recording(self, sid: str) -> None:
        """Its sound and its record. ``Refused(20404)`` when it is not there (any more)."""
        ...

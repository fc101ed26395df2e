"""A carrier in memory: the port's second implementation, for tests that need no HTTP.

Calls and messages are kept in lists; ``fail_next`` plants an error before or after the call exists, which is
how tests make attempts in doubt. Every change of a call is also kept as an event, for a test to deliver,
twice or late or never.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from callsvc.carrier.port import (
    CALL_NOT_IN_PROGRESS,
    NOT_FOUND,
    CallOrder,
    CarrierCall,
    CarrierError,
    CarrierMessage,
    ParticipantChange,
    Refused,
)
from callsvc.carrier.vocabulary import CALL_OVER, COMPLETED, IN_PROGRESS
from callsvc.core.clock import Clock

_LIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})


@dataclass(frozen=True)
class CallEvent:
    """What a status callback would say. ``sequence`` counts from 0 within a call."""

    sid: str
    sequence: int
    status: str
    at: datetime


@dataclass
class MemoryCarrier:
    clock: Clock
    calls: dict[str, CarrierCall] = field(default_factory=dict)
    orders: dict[str, CallOrder] = field(default_factory=dict)
    messages: dict[str, CarrierMessage] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)  # sid -> of which call
    moved: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str, ParticipantChange]] = field(default_factory=list)
    events: list[CallEvent] = field(default_factory=list)
    _planted: list[tuple[BaseException, bool]] = field(default_factory=list)
    _silent: list[CarrierError] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def fail_next(self, error: BaseException, *, after_placing: bool = False) -> None:
        """The next create raises ``error``; with ``after_placing`` the call exists all the same.

        What is no ``CarrierError`` is the death of the worker that asks.
        """
        self._planted.append((error, after_placing))

    def fail_next_question(self, error: CarrierError) -> None:
        """The next request that is no create (fetch, list, end, cancel, redirect) raises ``error``."""
        self._silent.append(error)

    def forget_faults(self) -> None:
        self._planted.clear()
        self._silent.clear()

    def set_status(self, sid: str, status: str) -> None:
        """The call goes on, or ends now; what was answered has lasted since."""
        call, now = self.calls[sid], self.clock.now()
        started_at = now if status == IN_PROGRESS else call.started_at
        lasted = int((now - started_at).total_seconds()) if started_at else 0
        over = status in CALL_OVER
        self.calls[sid] = replace(
            call,
            status=status,
            started_at=started_at,
            ended_at=now if over else None,
            duration_s=(lasted if status == COMPLETED else 0) if over else None,
        )
        sequence = sum(event.sid == sid for event in self.events)
        self.events.append(CallEvent(sid, sequence, status, now))

    def set_message_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        self.messages[sid] = replace(self.messages[sid], status=status, error_code=error_code)

    def _answer(self) -> None:
        if self._silent:
            raise self._silent.pop(0)

    def create_call(self, order: CallOrder) -> CarrierCall:
        planted = self._planted.pop(0) if self._planted else None
        if planted and not planted[1]:
            raise planted[0]
        with self._lock:
            sid = f"CA{len(self.calls) + 1:032x}"
            self.calls[sid] = CarrierCall(
                sid=sid,
                to=order.to,
                status="queued",
                created_at=self.clock.now(),
                started_at=None,
                ended_at=None,
                duration_s=None,
                answered_by=None,
            )
            self.orders[sid] = order
        if planted:
            raise planted[0]
        return self.calls[sid]

    def fetch_call(self, sid: str) -> CarrierCall:
        self._answer()
        if sid not in self.calls:
            raise Refused(NOT_FOUND, "no such call")
        return self.calls[sid]

    def list_calls(self, *, to: str) -> Sequence[CarrierCall]:
        self._answer()
        return [call for call in reversed(self.calls.values()) if call.to == to]

    def _change(self, sid: str, allowed: frozenset[str], status: str | None) -> None:
        if self.fetch_call(sid).status not in allowed:
            raise Refused(CALL_NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        if status:
            self.set_status(sid, status)

    def end_call(self, sid: str) -> None:
        self._change(sid, _LIVE, "completed")

    def cancel_call(self, sid: str) -> None:
        self._change(sid, _LIVE - {IN_PROGRESS}, "canceled")

    def redirect_call(self, sid: str, url: str) -> None:
        self._change(sid, frozenset({"in-progress"}), None)
        self.moved.append((sid, url))

    def change_participant(self, conference: str, sid: str, change: ParticipantChange) -> None:
        self._change(sid, frozenset({IN_PROGRESS}), None)
        self.changed.append((conference, sid, change))

    def create_message(self, *, to: str, from_: str, body: str, status_url: str) -> CarrierMessage:  # noqa: ARG002
        planted = self._planted.pop(0) if self._planted else None
        if planted and not planted[1]:
            raise planted[0]
        with self._lock:
            sid = f"SM{len(self.messages) + 1:032x}"
            self.messages[sid] = CarrierMessage(
                sid=sid, to=to, status="queued", created_at=self.clock.now(), error_code=None, body=body
            )
        if planted:
            raise planted[0]
        return self.messages[sid]

    def list_messages(self, *, to: str) -> Sequence[CarrierMessage]:
        self._answer()
        return [message for message in reversed(self.messages.values()) if message.to == to]

    def fetch_message(self, sid: str) -> CarrierMessage:
        self._answer()
        if sid not in self.messages:
            raise Refused(NOT_FOUND, "no such message")
        return self.messages[sid]

    def empty_message(self, sid: str) -> None:
        self.messages[sid] = replace(self.fetch_message(sid), body="")

    def delete_message(self, sid: str) -> None:
        self.fetch_message(sid)
        del self.messages[sid]

    def list_recordings(self, call_sid: str) -> Sequence[str]:
        self._answer()
        return [sid for sid, of in self.recordings.items() if of == call_sid]

    def delete_recording(self, sid: str) -> None:
        self._answer()
        if self.recordings.pop(sid, None) is None:
            raise Refused(NOT_FOUND, "no such recording")

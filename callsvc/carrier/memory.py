"""A carrier in memory: the port's second implementation, for tests that need no HTTP.

Calls and messages are kept in lists; ``fail_next`` plants an error before or after the call exists, which is
how tests make attempts in doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from callsvc.carrier.port import (
    CALL_NOT_IN_PROGRESS,
    NOT_FOUND,
    CallOrder,
    CarrierCall,
    CarrierError,
    CarrierMessage,
    Refused,
)
from callsvc.core.clock import Clock


@dataclass
class MemoryCarrier:
    clock: Clock
    calls: dict[str, CarrierCall] = field(default_factory=dict)
    orders: dict[str, CallOrder] = field(default_factory=dict)
    messages: dict[str, CarrierMessage] = field(default_factory=dict)
    moved: list[tuple[str, str]] = field(default_factory=list)
    _planted: list[tuple[CarrierError, bool]] = field(default_factory=list)

    def fail_next(self, error: CarrierError, *, after_placing: bool = False) -> None:
        """The next create raises ``error``; with ``after_placing`` the call exists all the same."""
        self._planted.append((error, after_placing))

    def set_status(self, sid: str, status: str) -> None:
        self.calls[sid] = replace(self.calls[sid], status=status)

    def create_call(self, order: CallOrder) -> CarrierCall:
        planted = self._planted.pop(0) if self._planted else None
        if planted and not planted[1]:
            raise planted[0]
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
        if sid not in self.calls:
            raise Refused(NOT_FOUND, "no such call")
        return self.calls[sid]

    def list_calls(self, *, to: str) -> Sequence[CarrierCall]:
        return [call for call in reversed(self.calls.values()) if call.to == to]

    def _change(self, sid: str, allowed: frozenset[str], status: str | None) -> None:
        if self.fetch_call(sid).status not in allowed:
            raise Refused(CALL_NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        if status:
            self.calls[sid] = replace(self.calls[sid], status=status, ended_at=self.clock.now())

    def end_call(self, sid: str) -> None:
        self._change(sid, frozenset({"queued", "ringing", "in-progress"}), "completed")

    def cancel_call(self, sid: str) -> None:
        self._change(sid, frozenset({"queued", "ringing"}), "canceled")

    def redirect_call(self, sid: str, url: str) -> None:
        self._change(sid, frozenset({"in-progress"}), None)
        self.moved.append((sid, url))

    def create_message(self, *, to: str, from_: str, body: str, status_url: str) -> CarrierMessage:  # noqa: ARG002
        planted = self._planted.pop(0) if self._planted else None
        if planted and not planted[1]:
            raise planted[0]
        sid = f"SM{len(self.messages) + 1:032x}"
        self.messages[sid] = CarrierMessage(
            sid=sid, to=to, status="queued", created_at=self.clock.now(), error_code=None, body=body
        )
        if planted:
            raise planted[0]
        return self.messages[sid]

    def list_messages(self, *, to: str) -> Sequence[CarrierMessage]:
        return [message for message in reversed(self.messages.values()) if message.to == to]

    def fetch_message(self, sid: str) -> CarrierMessage:
        if sid not in self.messages:
            raise Refused(NOT_FOUND, "no such message")
        return self.messages[sid]

"""What Start begins beside a call: a media stream, a SIPREC fork, a transcription. Nothing is sent anywhere;
whoever asked to be told hears that it started and that it stopped.

"StreamEvent: stream-started, stream-stopped, stream-error", with StreamSid and StreamName.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callsvc.simulator.dates import rfc2822
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg


@dataclass(frozen=True)
class Kind:
    """One kind: the prefix of its identifier, the beginning of its parameters and of its events."""

    prefix: str
    parameter: str
    event: str


KINDS = {
    "Stream": Kind("MZ", "Stream", "stream"),
    "Siprec": Kind("SR", "Siprec", "siprec"),
    "Transcription": Kind("GT", "Transcription", "transcription"),
}


class SideStream:
    """One of them while it lives; it ends with its call."""

    def __init__(self, leg: Leg, tag: str, name: str, callback: str, method: str) -> None:
        self.kind = KINDS[tag]
        self.sid = new_sid(self.kind.prefix)
        self.name = name or self.sid
        self._leg = leg
        self._callback = callback
        self._method = method
        self._outbox = Outbox(leg.carrier, "status-callback")

    def start(self) -> None:
        """Begin, and tell."""
        self._leg.side_streams[self.name] = self
        self._tell("started")

    def stop(self) -> None:
        """End, and tell; harmless when it ended before."""
        if self._leg.side_streams.pop(self.name, None) is not None:
            self._tell("stopped")

    def _tell(self, what: str) -> None:
        leg, kind = self._leg, self.kind
        leg.note("side-stream", stream=self.name, event=f"{kind.event}-{what}")
        if not self._callback:
            return
        now = leg.carrier.clock.now()
        parameters = {
            "AccountSid": leg.carrier.settings.account_sid,
            "CallSid": leg.record.sid,
            f"{kind.parameter}Sid": self.sid,
            f"{kind.parameter}Name": self.name,
            f"{kind.parameter}Event": f"{kind.event}-{what}",
            "Timestamp": rfc2822(now) or "",
        }
        self._outbox.post(self._callback, self._method, parameters, self._note)

    def _note(self, url: str, sent: Mapping[str, str], answer: Answer) -> None:
        self._leg.note(
            "side-stream-callback", url=url, event=sent[f"{self.kind.parameter}Event"], code=answer.code
        )

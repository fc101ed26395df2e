"""A recording while it runs: paused, resumed, stopped over the REST interface, or ended with what it records.

"in-progress, paused, stopped, processing, completed, absent": a second after its end it is completed, or
absent when there was no sound to keep.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from callsvc.simulator.dates import rfc2822
from callsvc.simulator.ledger.recordings import save_recording
from callsvc.simulator.recordings.record import LIVE, TOO_SHORT, RecordingRecord
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

PROCESSED_AFTER = 1.0  # lived seconds from the end of a recording until its file is there


def sound_address(carrier: Carrier, sid: str) -> str:
    """Where the sound of a recording is, on this carrier's own base path."""
    return carrier.address + carrier.uri(f"/Recordings/{sid}")


class Recorder:
    """Counts what is recorded and tells who asked for it. Lived time counts, as in life."""

    def __init__(self, carrier: Carrier, record: RecordingRecord) -> None:
        self.record = record
        self._carrier = carrier
        self._outbox = Outbox(carrier, "recording-callback")
        self._recorded = 0.0
        self._since = carrier.clock.now()
        self._running = True
        self._closed = False

    @property
    def live(self) -> bool:
        """Whether it can still be paused, resumed or stopped."""
        return self.record.status in LIVE

    @property
    def url(self) -> str:
        """Where the sound is, without an ending, as callbacks and actions tell it."""
        return sound_address(self._carrier, self.record.sid)

    def begin(self, subject_over: asyncio.Event) -> None:
        """Tell that it started, and end it with the call or the conference."""
        self._tell()
        self._carrier.spawn(self._until(subject_over))

    def pause(self, behaviour: str) -> None:
        """Pause; what is said meanwhile is left out (`skip`) or replaced by silence (any other)."""
        self._count()
        self._running = behaviour != "skip"
        self._enter("paused")

    def resume(self) -> None:
        """Go on recording."""
        self._count()
        self._running = True
        self._enter("in-progress")

    def stop(self, status: str = "stopped") -> None:
        """End the recording; harmless when it ended before."""
        if not self.live:
            return
        self._count()
        self.close(status, self._recorded)

    @property
    def counted(self) -> float:
        """Lived seconds of sound until now."""
        if self.live:
            self._count()
        return self._recorded

    def close(self, status: str, seconds: float) -> None:
        """End it with that many seconds of sound, whatever was counted; harmless when it ended before."""
        if self._closed:
            return
        self._closed = True
        self._recorded = seconds
        self._enter(status)
        self._carrier.later(PROCESSED_AFTER, self._finish)

    def _finish(self) -> None:
        record = self.record
        self._carrier.recorders.pop(record.sid, None)
        if self._recorded > 0:
            record.duration = math.ceil(self._recorded)
            self._enter("completed")
        else:
            record.duration, record.error_code = 0, TOO_SHORT
            self._enter("absent")
        self._carrier.store.commit()
        self._tell()

    async def _until(self, subject_over: asyncio.Event) -> None:
        await subject_over.wait()
        self.stop("processing")

    def _count(self) -> None:
        now = self._carrier.clock.now()
        if self._running:
            self._recorded += max(0.0, (now - self._since).total_seconds())
        self._since = now

    def _enter(self, status: str) -> None:
        self.record.status, self.record.updated_at = status, self._carrier.clock.now()
        save_recording(self._carrier.store, self.record)

    def parameters(self) -> dict[str, str]:
        """The form of one recording status callback."""
        record = self.record
        told = {
            "AccountSid": self._carrier.settings.account_sid,
            "RecordingSid": record.sid,
            "RecordingUrl": self.url,
            "RecordingStatus": record.status,
            "RecordingChannels": str(record.wish.channels),
            "RecordingTrack": record.wish.track,
            "RecordingStartTime": rfc2822(record.created_at) or "",
            "RecordingSource": record.source,
            "ErrorCode": str(record.error_code or 0),
        }
        if record.call_sid:
            told["CallSid"] = record.call_sid
        if record.conference_sid:
            told["ConferenceSid"] = record.conference_sid
        if record.duration is not None:
            told["RecordingDuration"] = str(record.duration)
        return told

    def _tell(self) -> None:
        wish = self.record.wish
        if wish.callback and self.record.status in wish.events:
            self._outbox.post(wish.callback, wish.method, self.parameters(), self._note)

    def _note(self, url: str, sent: Mapping[str, str], answer: Answer) -> None:
        subject = self.record.call_sid or self.record.conference_sid or self.record.sid
        facts = {"url": url, "recording": self.record.sid, "status": sent["RecordingStatus"]}
        facts |= {"answer": str(answer.status), "code": str(answer.code)}
        self._carrier.store.note(subject, self._carrier.clock.now(), "recording-callback", facts)

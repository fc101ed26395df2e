"""What the carrier knows of one call: plain facts, as the ledger keeps and the REST interface shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
EVENTS = ("initiated", "ringing", "answered", "completed")
EVENT_OF_STATUS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


@dataclass(slots=True, kw_only=True)
class CallOptions:
    """What the service asked for when it placed the call, or what a number is set to for an inbound one.

    `timeout` and `time_limit` are lived seconds; detection thresholds are lived milliseconds.
    """

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_method: str = "POST"
    status_events: tuple[str, ...] = ("completed",)
    timeout: float = 60.0
    time_limit: float = 14400.0
    send_digits: str = ""
    machine_detection: str = ""
    detection_timeout: float = 30.0
    speech_threshold: float = 2400.0
    speech_end_threshold: float = 1200.0
    silence_timeout: float = 5000.0
    async_amd: bool = False
    amd_callback: str = ""
    amd_method: str = "POST"
    forwarded_from: str = ""  # who passed an inbound call on


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """One leg. `status` may be `initiated`, a word of the webhooks that the REST interface never shows."""

    sid: str
    direction: str
    to: str
    from_: str
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    parent_sid: str | None = None
    initiated_at: datetime | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int | None = None
    queue_ms: int = 0
    ended_by: str | None = None
    answered_by: str | None = None
    url: str | None = None
    digits: str = ""
    price: str | None = None
    callback_due: bool = False
    options: CallOptions = field(default_factory=CallOptions)
    seq: int = 0

    @property
    def final(self) -> bool:
        """Whether the call is over."""
        return self.status in FINAL

    @property
    def far_end(self) -> str:
        """The person's address: who was called, or who calls us."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def near_end(self) -> str:
        """The platform's own address on this call."""
        return self.to if self.direction == "inbound" else self.from_

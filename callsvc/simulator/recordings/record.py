"""What the carrier knows of one recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

EVENTS = ("in-progress", "completed", "absent")
LIVE = frozenset({"in-progress", "paused"})
TOO_SHORT = 16101  # "the recording was too short to be processed"


@dataclass(slots=True, frozen=True, kw_only=True)
class Wish:
    """How somebody wants a recording to be made and who is told of it."""

    channels: int = 1
    track: str = "both"
    callback: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(slots=True, kw_only=True)
class RecordingRecord:
    """One recording; `source` is the vendor's word for what started it, `duration` counts lived seconds."""

    sid: str
    source: str
    created_at: datetime
    updated_at: datetime
    call_sid: str | None = None
    conference_sid: str | None = None
    status: str = "in-progress"
    duration: int | None = None
    error_code: int | None = None
    wish: Wish = field(default_factory=Wish)
    seq: int = 0

    @property
    def price(self) -> float | None:
        """What the account pays, in dollars and negative; nothing is known before the end."""
        return None if self.duration is None else round(-0.0025 * max(1, -(-self.duration // 60)), 5)

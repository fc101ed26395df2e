"""What the carrier knows of one message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})

# The basic character set of GSM 03.38. French é, è, à and ù are in it; ê, ç, ô, î and œ are not (Ç is).
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = set("^{}\\[~]|€")


@dataclass(slots=True, kw_only=True)
class MessageRecord:
    """One message; `callback` is where its statuses are posted."""

    sid: str
    direction: str
    to: str
    from_: str
    body: str
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    error_code: int | None = None
    segments: int = 1
    service_sid: str | None = None
    callback: str = ""
    callback_due: bool = False
    seq: int = 0

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL


def count_segments(body: str) -> int:
    """How many messages are billed: 160 GSM-7 characters or 70 UCS-2 (153 and 67 in each part of several)."""
    if all(letter in _GSM or letter in _GSM_DOUBLE for letter in body):
        length, whole, part = sum(2 if letter in _GSM_DOUBLE else 1 for letter in body), 160, 153
    else:
        length, whole, part = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= whole else -(-length // part)

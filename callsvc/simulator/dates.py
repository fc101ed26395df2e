"""Dates as the carrier writes them (RFC 2822) and as the ledger keeps them (ISO 8601, microseconds)."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Skew:
    """How far ahead (lived seconds) the dates are that a carrier writes; its ledger keeps the true ones."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def end(self) -> None:
        """The clock is right again."""
        self.seconds = 0.0


# Set once by a server before it starts, so that everything it runs writes dates with its own skew.
SKEW: ContextVar[Skew] = ContextVar("skew", default=Skew())  # noqa: B039 - the default is never changed


def rfc2822(instant: datetime | None) -> str | None:
    """`Fri, 20 Nov 2026 08:00:00 +0000`, the form of every date in the vendor's REST answers and webhooks."""
    if instant is None:
        return None
    at = instant.astimezone(UTC)
    skew = SKEW.get().seconds
    if skew:
        at += timedelta(seconds=skew)
    return (
        f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} "
        f"{at.hour:02d}:{at.minute:02d}:{at.second:02d} +0000"
    )


def iso(instant: datetime | None) -> str | None:
    """ISO 8601 in UTC, always with microseconds, so that text order is time order."""
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="microseconds")


def from_iso(text: str | None) -> datetime | None:
    """The instant `iso` wrote."""
    return None if text is None else datetime.fromisoformat(text)

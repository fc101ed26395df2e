"""How fast calls may be placed.

"Calls per second: one call per second by default ... calls made in excess are queued and executed at
the account's rate" (the vendor's Call resource page); other carriers refuse them with 429.
"""

from __future__ import annotations

from datetime import datetime, timedelta


class Pacer:
    """Gives out starting instants at most `per_second` in a lived second."""

    def __init__(self, per_second: float) -> None:
        if per_second <= 0:
            raise ValueError("the calls per second must be greater than 0")
        self._gap = timedelta(seconds=1 / per_second)
        self._free_at: datetime | None = None

    def wait_at(self, now: datetime) -> float:
        """The lived seconds a call asked for now would stay queued."""
        if self._free_at is None or self._free_at <= now:
            return 0.0
        return (self._free_at - now).total_seconds()

    def take(self, now: datetime) -> float:
        """Reserve the next start; the answer is the lived seconds until then."""
        wait = self.wait_at(now)
        self._free_at = now + timedelta(seconds=wait) + self._gap
        return wait

    def refuses(self, now: datetime) -> bool:
        """Whether a carrier that refuses the excess would refuse now: a whole second's worth is used up."""
        return self.wait_at(now) > max(0.0, 1.0 - self._gap.total_seconds())

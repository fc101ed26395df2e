"""A campaign's budget of a day: what is spent, what is held for calls under way, whether one more fits."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from callsvc.core.tariffs import MICRO

_PARIS = ZoneInfo("Europe/Paris")


def day_of(now: datetime, zone: ZoneInfo = _PARIS) -> date:
    """The day of the installation whose budget a call made now is of."""
    return now.astimezone(zone).date()


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Spent on ``day``, what is held for calls under way included; what one more may take; and the limits.

    Seconds as billed. ``held``: of the spent ones, not billed yet; some of it comes back. Of the limits, 0 is
    none.
    """

    day: date = date.min
    zone: ZoneInfo = _PARIS  # of the installation, whose days these are
    calls: int = 0
    seconds: int = 0
    micro_euros: int = 0
    held_seconds: int = 0
    held_micro_euros: int = 0
    next_seconds: int = 0
    next_micro_euros: int = 0
    most_calls: int = 0
    most_minutes: int = 0
    most_euros: float = 0.0

    @property
    def exhausted(self) -> bool:
        """True if one more would pass one of the limits, even if what is held cost nothing."""
        return self._passes(self.seconds - self.held_seconds, self.micro_euros - self.held_micro_euros)

    @property
    def in_hand(self) -> bool:
        """True if one more fits only once calls under way have ended for less than is held for them."""
        return self._passes(self.seconds, self.micro_euros) and not self.exhausted

    def _passes(self, seconds: int, micro_euros: int) -> bool:
        return (
            bool(self.most_calls and self.calls + 1 > self.most_calls)
            or bool(self.most_minutes and seconds + self.next_seconds > self.most_minutes * 60)
            or bool(self.most_euros and micro_euros + self.next_micro_euros > round(self.most_euros * MICRO))
        )

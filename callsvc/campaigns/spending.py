"""A campaign's budget of a day: what is spent, and whether one more call fits."""

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
    """Spent on ``day``, calls in hand counted as estimated; what a further call would add; and the limits.

    Seconds as billed. A limit of 0 is none.
    """

    day: date = date.min
    zone: ZoneInfo = _PARIS  # of the installation, whose days these are
    calls: int = 0
    seconds: int = 0
    micro_euros: int = 0
    next_seconds: int = 0
    next_micro_euros: int = 0
    most_calls: int = 0
    most_minutes: int = 0
    most_euros: float = 0.0

    @property
    def exhausted(self) -> bool:
        """True if one more call would pass one of the limits."""
        return (
            bool(self.most_calls and self.calls + 1 > self.most_calls)
            or bool(self.most_minutes and self.seconds + self.next_seconds > self.most_minutes * 60)
            or bool(
                self.most_euros and self.micro_euros + self.next_micro_euros > round(self.most_euros * MICRO)
            )
        )

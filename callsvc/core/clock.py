"""Two clocks.

``rt.clock`` is the *life clock*: it times everything a contact or an agent lives and may run scaled, so that
a morning passes in a minute. ``rt.machine`` is unscaled UTC and times the machinery: leases, settle times,
jobs, sign-ins. Every process and the simulator share one scale through three environment variables:

    CALLSVC_CLOCK_ORIGIN        lived instant, ISO 8601 with offset
    CALLSVC_CLOCK_REAL_ORIGIN   machine time (epoch seconds) at which the lived instant was the origin
    CALLSVC_CLOCK_SPEED         lived seconds per real second, 1 by default
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time as an aware UTC ``datetime``, and how fast its time passes."""

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        ...

    def now(self) -> datetime: ...


class MachineClock:
    """Real UTC."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


class ScaledClock:
    """``now = origin + (machine now - real origin) x speed``.

    >>> morning = datetime(2020, 11, 16, 8, tzinfo=UTC)
    >>> ScaledClock(morning, real_origin=1000.0, speed=30).at(1002.0).isoformat()
    '2020-11-16T08:01:00+00:00'
    """

    def __init__(self, origin: datetime, real_origin: float, speed: float) -> None:
        if origin.tzinfo is None:
            raise ValueError(
                "the origin of the life clock needs an offset, for example 2020-11-16T08:00+01:00"
            )
        if speed <= 0:
            raise ValueError("the speed of the life clock must be above 0")
        self.origin = origin.astimezone(UTC)
        self.real_origin = real_origin
        self.speed = speed

    def at(self, machine_epoch: float) -> datetime:
        return self.origin + timedelta(seconds=(machine_epoch - self.real_origin) * self.speed)

    def now(self) -> datetime:
        return self.at(datetime.now(UTC).timestamp())


class StoppedClock:
    """A clock that moves only when told to; the second implementation, for tests and the twin."""

    def __init__(self, now: datetime, speed: float = 1.0) -> None:
        self._now = now.astimezone(UTC)
        self.speed = speed

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

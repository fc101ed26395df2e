"""The clock everybody lives by: simulated people, ring time-outs, speech, REST dates, webhook dates.

Two time scales meet here. *Lived* seconds are what a person on the telephone feels; *machine* seconds are
the computer's. Every process of a demonstration shares `lived = origin + (machine - real_origin) * speed`.
Webhook time-outs stay machine seconds: a service does not answer faster because the day runs faster.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """Something that was planned and can be called off."""

    def cancel(self) -> None:
        """Call it off; harmless when it already happened."""


class Clock(ABC):
    """Reads lived time and plans things in lived seconds."""

    @abstractmethod
    def now(self) -> datetime:
        """The lived instant, in UTC."""

    @abstractmethod
    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do `action` on the event loop after that many lived seconds."""

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Around work that takes machine time, such as a webhook: a stepped clock waits for its end."""
        yield

    async def sleep(self, seconds: float) -> None:
        """Wait that many lived seconds."""
        done = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: _finish(done))
        try:
            await done
        finally:
            timer.cancel()


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class ScaledClock(Clock):
    """Lived time that runs `speed` times as fast as the machine's."""

    def __init__(
        self, *, origin: datetime | None = None, real_origin: float | None = None, speed: float = 1.0
    ) -> None:
        if speed <= 0:
            raise ValueError("CALLSVC_CLOCK_SPEED must be greater than 0")
        if origin is not None and origin.tzinfo is None:
            raise ValueError("CALLSVC_CLOCK_ORIGIN needs an offset, as in 2026-11-20T08:00:00+01:00")
        self.real_origin = time.time() if real_origin is None else real_origin
        self.origin = (origin or datetime.fromtimestamp(self.real_origin, UTC)).astimezone(UTC)
        self.speed = speed

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ScaledClock:
        """The shared clock of CALLSVC_CLOCK_ORIGIN, _REAL_ORIGIN and _SPEED; absent means real time."""
        origin = environment.get("CALLSVC_CLOCK_ORIGIN", "")
        real_origin = environment.get("CALLSVC_CLOCK_REAL_ORIGIN", "")
        return cls(
            origin=datetime.fromisoformat(origin) if origin else None,
            real_origin=float(real_origin) if real_origin else None,
            speed=float(environment.get("CALLSVC_CLOCK_SPEED", "") or 1.0),
        )

    def now(self) -> datetime:
        """The lived instant, in UTC."""
        return self.origin + timedelta(seconds=(time.time() - self.real_origin) * self.speed)

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do `action` after `seconds` lived, that is `seconds / speed` machine seconds."""
        return asyncio.get_running_loop().call_later(max(0.0, seconds) / self.speed, action)


class TenuredClock(Clock):
    """Another clock's time, and plans that die with the carrier that made them.

    A carrier that is restarted inside its process must not act on what the one before it had in mind.
    """

    def __init__(self, inner: Clock) -> None:
        self.inner = inner
        self._over = False

    def now(self) -> datetime:
        """The lived instant, in UTC."""
        return self.inner.now()

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do `action` after that many lived seconds, unless this tenure is over by then."""
        return self.inner.call_later(seconds, lambda: None if self._over else action())

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The other clock waits."""
        with self.inner.busy():
            yield

    def end(self) -> None:
        """Nothing planned through this clock happens any more."""
        self._over = True

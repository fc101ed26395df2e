"""The clock everybody lives by: simulated people, ring time-outs, speech, REST dates, webhook dates.

Two time scales meet here. *Lived* seconds are what a person on the telephone feels; *machine* seconds are
the computer's. Every process of a demonstration shares `lived = origin + (machine - real_origin) * speed`.
Webhook time-outs stay machine seconds: a service does not answer faster because the day runs faster.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
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
    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do `action` on the event loop after that many lived seconds."""

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

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do `action` after `seconds` lived, that is `seconds / speed` machine seconds."""
        return asyncio.get_running_loop().call_later(max(0.0, seconds) / self.speed, action)


class _Planned:
    """An action waiting in a stepped clock."""

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class SteppedClock(Clock):
    """Lived time that moves only when told to: for tests that must not depend on the machine's pace."""

    def __init__(self, origin: datetime) -> None:
        self._now = origin.astimezone(UTC)
        self._order = itertools.count()
        self._planned: list[tuple[datetime, int, _Planned]] = []

    def now(self) -> datetime:
        """The instant of the last step."""
        return self._now

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Plan `action` for the step that passes `seconds` from now."""
        planned = _Planned(action)
        due = self._now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._planned, (due, next(self._order), planned))
        return planned

    async def advance(self, seconds: float, *, settle: int = 20) -> None:
        """Move on, doing what falls due in order; between two due instants the loop turns `settle` times."""
        end = self._now + timedelta(seconds=seconds)
        await _turn(settle)
        while self._planned and self._planned[0][0] <= end:
            due, _, planned = heapq.heappop(self._planned)
            if planned.action is None:
                continue
            self._now = due
            planned.action()
            await _turn(settle)
        self._now = end


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)

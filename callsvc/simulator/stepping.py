"""A clock that moves only when told to, so that an hour passes in milliseconds and always in the same order.

A step does what was planned, one action after the other in the order of their instants (those of one
instant in the order in which they were planned). Before each, everything the one before it set off has come
to rest: the event loop has nothing left to run, and every webhook under way was answered. So the service
sees its requests one after the other, and what it answers has taken effect before time goes on.

What the service does on its own, after it answered (a job in another process, say), no clock can know of.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from callsvc.simulator.clock import Clock, Timer

LONGEST = 86400.0  # lived seconds that a step until nothing is planned may take


class _Planned:
    """An action that waits for its instant."""

    def __init__(self, action: Callable[[], object], clock: SteppedClock) -> None:
        self.action: Callable[[], object] | None = action
        self._clock = clock

    def cancel(self) -> None:
        if self.action is not None:
            self.action = None
            self._clock.forget_one()


@dataclass(frozen=True)
class Step:
    """How a step went: actions done, whether nothing at all is planned now, and when the next would be."""

    ran: int
    idle: bool
    next_at: datetime | None


class SteppedClock(Clock):
    """Lived time for tests that must not depend on the machine's pace."""

    def __init__(self, origin: datetime) -> None:
        self._now = origin.astimezone(UTC)
        self._order = itertools.count()
        self._planned: list[tuple[datetime, int, _Planned]] = []
        self._alive = 0  # of the planned, those not called off
        self._busy = 0
        self._quiet: asyncio.Event | None = None
        self._stepping: asyncio.Lock | None = None

    def now(self) -> datetime:
        """The instant the last step reached."""
        return self._now

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Plan `action` for the step that passes `seconds` from now."""
        planned = _Planned(action, self)
        due = self._now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._planned, (due, next(self._order), planned))
        self._alive += 1
        return planned

    def forget_one(self) -> None:
        """One of the planned was called off."""
        self._alive -= 1

    @contextmanager
    def busy(self) -> Iterator[None]:
        """A step waits for the end of this."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            if self._busy == 0 and self._quiet is not None:
                self._quiet.set()

    async def advance(self, seconds: float) -> Step:
        """Move on by that many lived seconds."""
        return await self.advance_to(self._now + timedelta(seconds=seconds))

    async def advance_to(self, end: datetime) -> Step:
        """Move on to that instant, doing what falls due; ValueError when it has passed already."""
        if end < self._now:
            raise ValueError("until: that instant has passed; a clock only goes forward")
        async with self._one_at_a_time():
            ran = await self._run(end)
            self._now = end
            return self._step(ran)

    async def advance_until_idle(self, limit: float = LONGEST) -> Step:
        """Move on until nothing is planned, `limit` lived seconds at most; stops at the last act."""
        async with self._one_at_a_time():
            return self._step(await self._run(self._now + timedelta(seconds=limit)))

    def _one_at_a_time(self) -> asyncio.Lock:
        if self._stepping is None:  # made on the loop that steps
            self._stepping = asyncio.Lock()
        return self._stepping

    async def _run(self, end: datetime) -> int:
        ran = 0
        await self._settle()
        while self._planned and self._planned[0][0] <= end:
            due, _, planned = heapq.heappop(self._planned)
            if planned.action is None:
                continue
            self._now = due
            action, planned.action = planned.action, None
            self._alive -= 1
            action()
            ran += 1
            await self._settle()
        return ran

    def _step(self, ran: int) -> Step:
        while self._planned and self._planned[0][2].action is None:
            heapq.heappop(self._planned)
        return Step(ran, self._alive == 0, self._planned[0][0] if self._planned else None)

    async def _settle(self) -> None:
        """Until the loop has nothing left to run and nothing that takes machine time is under way."""
        while True:
            await _come_to_rest()
            if self._busy == 0:
                return
            self._quiet = asyncio.Event()
            await self._quiet.wait()


async def _come_to_rest() -> None:
    """Let everything run that can run now. The loop has no public word for its queue being empty."""
    ready = getattr(asyncio.get_running_loop(), "_ready", None)
    if ready is None:  # another loop than asyncio's own: many turns must do
        for _ in range(100):
            await asyncio.sleep(0)
        return
    await asyncio.sleep(0)
    while ready:
        await asyncio.sleep(0)

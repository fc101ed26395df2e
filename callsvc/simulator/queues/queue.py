"""A queue and the calls that wait in it, the first come first.

"Enqueue creates a queue on demand. Queues persist": until they are deleted, or the carrier ends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from callsvc.simulator.identifiers import new_sid

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg, Source
    from callsvc.simulator.carrier import Carrier

DEFAULT_SIZE = 100  # calls; the vendor's manual says 100, a later edition 1000
LARGEST = 5000
LONGEST_NAME = 64


class Member:
    """One call's time in a queue."""

    def __init__(self, queue: Queue, leg: Leg) -> None:
        self.queue = queue
        self.leg = leg
        self.entered_at = leg.carrier.clock.now()
        self.called = asyncio.Event()  # somebody dialled the queue, and this one is next
        self.by: Leg | None = None  # who dialled
        self.whisper: Source | None = None
        self.bridged = asyncio.Event()
        self.gone = asyncio.Event()  # no longer with whoever dialled
        self.released = asyncio.Event()  # by whoever dialled

    @property
    def position(self) -> int:
        """1 for the next one."""
        return self.queue.members.index(self) + 1 if self in self.queue.members else 0

    @property
    def waited(self) -> int:
        """Whole lived seconds since it came."""
        return int((self.leg.carrier.clock.now() - self.entered_at).total_seconds())

    def call(self, by: Leg, whisper: Source | None) -> None:
        """Call this one out, to be bridged with `by` after the whisper."""
        self.by, self.whisper = by, whisper
        self.queue.leave(self)
        self.called.set()


class Queue:
    """One queue."""

    def __init__(self, carrier: Carrier, name: str, max_size: int = DEFAULT_SIZE) -> None:
        self.sid = new_sid("QU")
        self.name = name
        self.max_size = max_size
        self.created_at: datetime = carrier.clock.now()
        self.updated_at: datetime = self.created_at
        self.members: list[Member] = []
        self._clock = carrier.clock
        self._awaiting: deque[asyncio.Future[bool]] = deque()  # who dialled while nobody was here, in order

    @property
    def full(self) -> bool:
        """Whether nobody else may come in."""
        return len(self.members) >= self.max_size

    @property
    def average_wait(self) -> int:
        """How long those who wait have waited, in whole lived seconds."""
        waits = [member.waited for member in self.members]
        return round(sum(waits) / len(waits)) if waits else 0

    def enter(self, leg: Leg) -> Member:
        """Put a call at the end."""
        member = Member(self, leg)
        self.members.append(member)
        self._wake()
        return member

    def leave(self, member: Member) -> None:
        """Take a call out; harmless when it is out already."""
        if member in self.members:
            self.members.remove(member)

    async def next_member(self, timeout: float) -> Member | None:
        """The first that waits, once there is one; None when nobody came for `timeout` lived seconds.

        Of several who ask, the first gets the first that comes. It is called out before the asker awaits
        anything else: until then the next asker would be given the same one.
        """
        given_up_at = self._clock.now() + timedelta(seconds=timeout)
        while not self.members:
            arrival = asyncio.get_running_loop().create_future()
            self._awaiting.append(arrival)
            left = (given_up_at - self._clock.now()).total_seconds()
            timer = self._clock.call_later(left, partial(_settle, arrival, False))
            try:
                if not await arrival:
                    return None
            except asyncio.CancelledError:
                self._wake()  # who came may have been told to this one, who is gone
                raise
            finally:
                timer.cancel()
                if arrival in self._awaiting:
                    self._awaiting.remove(arrival)
        return self.members[0]

    def _wake(self) -> None:
        """Tell the first who asked, if there is somebody for them."""
        while self.members and self._awaiting:
            arrival = self._awaiting.popleft()
            if not arrival.done():
                arrival.set_result(True)
                return


def _settle(arrival: asyncio.Future[bool], came: bool) -> None:
    if not arrival.done():
        arrival.set_result(came)


def queue_named(carrier: Carrier, name: str) -> Queue:
    """The queue of that name, made on demand."""
    if name not in carrier.queues:
        carrier.queues[name] = Queue(carrier, name)
    return carrier.queues[name]

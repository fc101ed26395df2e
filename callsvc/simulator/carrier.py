"""The carrier itself: everything that lives in one process, handed to whoever needs the world."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.calls.room import Room
from callsvc.simulator.clock import Clock, TenuredClock, Timer
from callsvc.simulator.exchanges import Exchanges
from callsvc.simulator.faults.file import load_plan, load_replay
from callsvc.simulator.faults.striking import Faults
from callsvc.simulator.ledger.applications import with_applications
from callsvc.simulator.ledger.numbers import Number, find_number
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.pacing import Pacer
from callsvc.simulator.people.book import PeopleBook
from callsvc.simulator.people.handsets import Handsets
from callsvc.simulator.profiles.profile import PROFILES
from callsvc.simulator.profiles.signing import signing
from callsvc.simulator.queues.queue import Queue
from callsvc.simulator.recordings.recorder import Recorder
from callsvc.simulator.settings import Settings
from callsvc.simulator.webhooks.client import Answer, WebhookClient

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Carrier:
    """The clock, the books, the people, the posts, and what is live now."""

    def __init__(self, settings: Settings, clock: Clock, before: Carrier | None = None) -> None:
        """`before` is the carrier that died in this process: its books and faults are taken over."""
        self.settings = settings
        self.profile = PROFILES[settings.profile]
        self.clock = TenuredClock(clock)
        self.store: Store = before.store if before else Store(settings.data_dir, timeline=settings.timeline)
        self.people = PeopleBook(self.store, settings.seed, settings.strangers)
        self.faults: Faults = before.faults if before else Faults(settings.seed, self.store, clock)
        self.exchanges = Exchanges(clock.now)
        self.webhooks = WebhookClient(
            settings.auth_token,
            self.faults,
            self.exchanges,
            self.clock,
            middlewares=signing(settings.profile, settings.auth_token),
        )
        self.pacer = Pacer(settings.cps)
        self.legs: dict[str, Leg] = {}
        self.rooms: dict[str, Room] = {}
        self.queues: dict[str, Queue] = {}
        self.recorders: dict[str, Recorder] = {}
        self.address = ""  # where we answer: the beginning of the addresses we tell
        self.opened_at = clock.now()
        self.handsets = Handsets(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._dead = False

    async def open(self) -> None:
        """Load the people and start the regular commits; needs the running loop."""
        for path in self.settings.people:
            self.people.load(path)
        if self.settings.faults is not None:
            load_plan(self.faults, self.settings.faults)
        if self.settings.replay is not None:
            load_replay(self.faults, self.settings.replay)
        self.store.start()
        await self.resume()

    async def resume(self) -> None:
        """Make ready to post: all that one needs who takes over the books from another."""
        await self.webhooks.open()

    async def close(self) -> None:
        """Stop at once: live calls stay live in the ledger, and the next start ends them as failed."""
        await self.die()
        self.store.close()

    async def die(self) -> None:
        """As `close`, but leave the books open for who comes next in this process."""
        self._dead = True
        self.clock.end()
        self.handsets.end()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=5)
        await self.webhooks.close()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something beside everything else; a failure is logged, never lost.

        A carrier that dies begins nothing any more: what ends with it may still ask for posts.
        """
        task = asyncio.get_running_loop().create_task(work)
        if self._dead:
            task.cancel()
            return task
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a task of the carrier failed", exc_info=task.exception())

    async def first_of(self, *tasks: asyncio.Task[Any]) -> None:
        """Wait for the first of these and call the others off."""
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do something after that many lived seconds."""
        return self.clock.call_later(seconds, lambda: _ignore(action()))

    def number(self, number: str) -> Number:
        """The settings of one of the platform's numbers; what it does not say, the options say."""
        found = with_applications(self.store, find_number(self.store, number) or Number(number=number))
        return replace(
            found,
            voice_url=found.voice_url or self.settings.voice_url,
            sms_url=found.sms_url or self.settings.sms_url,
            status_callback=found.status_callback or self.settings.status_url,
        )

    def uri(self, path: str) -> str:
        """The `uri` of a resource, from its path below the account: `/Calls/CA1.json`, the vendor's form."""
        return self.profile.address(path, self.settings.account_sid)

    def post_once(
        self,
        place: str,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        note: Callable[[str, Mapping[str, str], Answer], None],
    ) -> None:
        """Post something that has no order with anything else."""

        async def post() -> None:
            note(url, parameters, await self.webhooks.send(place, url, method, parameters))

        self.spawn(post())


def _ignore(_: object) -> None:
    """What a planned action answers is of no interest."""

"""A stream ends with the session or key that opened it: looked at every ten seconds, and when told."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from callsvc.accounts.standing import standing
from callsvc.runtime import Runtime
from callsvc.stream.admission import still_the_same
from callsvc.stream.hub import Hub
from callsvc.stream.listener import Credential

log = structlog.get_logger(__name__)

CHECK_EVERY_S = 10.0
_AT_ONCE = 5_000  # ids in one query; more than any process holds of listeners takes several

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class Checker:
    def __init__(self, rt: Runtime, hub: Hub, in_thread: InThread) -> None:
        self._rt = rt
        self._hub = hub
        self._in_thread = in_thread
        self._tasks: set[asyncio.Task[None]] = set()
        hub.on_sessions = self.account_changed

    async def run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            await self.check()

    async def check(self) -> None:
        """End the streams whose session or key holds no more; a database that is away ends nothing."""
        listeners = list(self._hub.listeners)
        credentials = {listener.credential for listener in listeners}
        try:
            holding = await self._in_thread(lambda: self._holding(credentials)) if credentials else set()
        except SQLAlchemyError as error:
            log.warning("sessions-not-checked", error=type(error).__name__)
            return
        for listener in listeners:
            if listener.credential.id not in holding:
                listener.end("signed-out")

    def account_changed(self, account_id: str) -> None:
        """Something about this account's sessions, keys or rights changed just now."""
        if self._hub.of_account(account_id):
            task = asyncio.get_running_loop().create_task(self._look_at(account_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look_at(self, account_id: str) -> None:
        for listener in self._hub.of_account(account_id):
            try:
                end = await self._in_thread(partial(still_the_same, self._rt, listener))
            except SQLAlchemyError:
                return  # the next check of everybody says it
            if end:
                listener.end(end)

    def _holding(self, credentials: set[Credential]) -> set[str]:
        sessions = [one.id for one in credentials if one.kind == "session"]
        keys = [one.id for one in credentials if one.kind == "key"]
        found: set[str] = set()
        with self._rt.db.read() as tx:
            for start in range(0, max(len(sessions), len(keys)), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                found |= standing(tx, sessions[part], keys[part])
        return found

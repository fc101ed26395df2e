"""The posts of one subject, in order: the next leaves when the one before it was answered.

"Status callbacks are made asynchronously" and never change the call; a failure is noted and left there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from callsvc.simulator.faults.subjects import subject_of_post
from callsvc.simulator.webhooks.client import Answer

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

Note = Callable[[str, Mapping[str, str], Answer], None]


class Letter:
    """One post waiting its turn; `last` says that none will follow, so a reordering cannot hold it back."""

    def __init__(self, url: str, method: str, parameters: Mapping[str, str], note: Note, last: bool) -> None:
        self.url = url
        self.method = method
        self.parameters = parameters
        self.note = note
        self.last = last


class Outbox:
    """The ordered posts of one call, conference or message."""

    def __init__(self, carrier: Carrier, place: str) -> None:
        self._carrier = carrier
        self._place = place
        self._waiting: deque[Letter] = deque()
        self._held: Letter | None = None
        self._task: asyncio.Task[None] | None = None

    def post(
        self, url: str, method: str, parameters: Mapping[str, str], note: Note, *, last: bool = False
    ) -> None:
        """Put one at the end of the line."""
        self._waiting.append(Letter(url, method, parameters, note, last))
        if self._task is None or self._task.done():
            self._task = self._carrier.spawn(self._drain())

    async def _drain(self) -> None:
        while self._waiting:
            letter = self._waiting.popleft()
            if self._held is None and not letter.last and self._overtaken(letter):
                self._held = letter
                continue
            await self._deliver(letter)
            if self._held is not None:
                held, self._held = self._held, None
                await self._deliver(held)

    def _overtaken(self, letter: Letter) -> bool:
        """Whether a planned fault lets the next post go first."""
        subject = subject_of_post(self._place, letter.parameters)
        return self._carrier.faults.strikes_order(self._place, subject)

    async def _deliver(self, letter: Letter) -> None:
        answer = await self._carrier.webhooks.send(self._place, letter.url, letter.method, letter.parameters)
        letter.note(letter.url, letter.parameters, answer)

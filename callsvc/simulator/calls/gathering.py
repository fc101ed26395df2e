"""The keys and words collected by one Gather."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from callsvc.simulator.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a Gather collects; durations are lived seconds, `digits` None means any number of them.

    `pause` is the silence after speech that ends it. `partial` is told of every utterance as it grows.
    """

    timeout: float = 5.0
    pause: float = 5.0
    finish: str = "#"
    digits: int | None = None
    keys: bool = True
    speech: bool = False
    partial: Callable[[str], None] | None = None


class Gathering:
    """Collects until the finishing key, the wanted number of digits, or silence.

    "The first input wins": after a key speech is not listened to, and after a word only the finishing key
    counts. "finishOnKey works only after a digit": alone it ends nothing.
    """

    def __init__(self, clock: Clock, wanted: Wanted) -> None:
        self._clock = clock
        self._wanted = wanted
        self._waiter: asyncio.Future[bool] | None = None
        self.digits = ""
        self.finished_by = ""
        self.words = ""
        self.done = False

    @property
    def begun(self) -> bool:
        """Whether the person gave anything: "the first digit stops the prompt"."""
        return bool(self.digits or self.words or self.done)

    def press(self, key: str) -> bool:
        """Take one key; false when this Gather takes none."""
        if self.done or (not self._wanted.keys and not self.words):
            return False
        if key in self._wanted.finish:
            if not self.digits and not self.words:
                return False
            self.finished_by = key
            self.done = True
        elif self.words or not self._wanted.keys:
            return False
        else:
            self.digits += key
            self.done = self._wanted.digits is not None and len(self.digits) >= self._wanted.digits
        self._wake()
        return True

    def speak(self, words: str) -> bool:
        """Take spoken words; false when this Gather does not listen."""
        if self.done or self.digits or not self._wanted.speech:
            return False
        spoken = words.split()
        before = self.words
        for count in range(1, len(spoken) + 1):
            self.words = " ".join(filter(None, (before, *spoken[:count])))
            if self._wanted.partial is not None:
                self._wanted.partial(self.words)
        self._wake()
        return True

    async def collect(self) -> None:
        """After the prompt: until it is done, or nothing came for as long as it waits."""
        while not self.done:
            patience = self._wanted.pause if self.words else self._wanted.timeout
            if not await self.wait(patience):
                break
        self.done = True

    async def wait(self, seconds: float) -> bool:
        """Wait up to that many lived seconds for the next key or word; false when none came."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        timer = self._clock.call_later(seconds, lambda: None if waiter.done() else waiter.set_result(False))
        try:
            return bool(await waiter)
        finally:
            timer.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

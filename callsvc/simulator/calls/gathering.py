"""The keys (and words) collected by one Gather."""

from __future__ import annotations

import asyncio

from callsvc.simulator.clock import Clock


class Gathering:
    """Collects until the finishing key, the wanted number of digits, or silence."""

    def __init__(self, clock: Clock, *, finish: str, digits: int | None, speech: bool, keys: bool) -> None:
        self._clock = clock
        self._finish = finish
        self._wanted = digits
        self._takes_speech = speech
        self._takes_keys = keys
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
        if self.done or not self._takes_keys:
            return False
        if key in self._finish:
            self.finished_by = key
            self.done = True
        else:
            self.digits += key
            self.done = self._wanted is not None and len(self.digits) >= self._wanted
        self._wake()
        return True

    def speak(self, words: str) -> bool:
        """Take spoken words; false when this Gather does not listen."""
        if self.done or not self._takes_speech:
            return False
        self.words = words
        self.done = True
        self._wake()
        return True

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

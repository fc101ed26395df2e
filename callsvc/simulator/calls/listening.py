"""What a Record hears: words are sound, a finishing key or silence ends it."""

from __future__ import annotations

from datetime import timedelta

from callsvc.simulator.calls.gathering import Gathering, Wanted
from callsvc.simulator.clock import Clock
from callsvc.simulator.twiml.speech import seconds_of


class Listening(Gathering):
    """Listens for as long as there is sound. Durations are lived seconds."""

    def __init__(self, clock: Clock, finish: str) -> None:
        super().__init__(clock, Wanted(finish=finish, speech=True))
        self._finish = finish
        self.loud_at = self.quiet_at = clock.now()

    def press(self, key: str) -> bool:
        """A finishing key ends it; any other is part of the sound, and nobody else's."""
        if self.done or key not in self._finish:
            return False
        self.finished_by, self.done = key, True
        self._wake()
        return True

    def speak(self, words: str) -> bool:
        """Words last as long as it takes to say them."""
        if self.done:
            return False
        if not self.words:
            self.loud_at = self._clock.now()
        self.words = f"{self.words} {words}".strip()
        self.quiet_at = max(self.quiet_at, self._clock.now()) + timedelta(seconds=seconds_of(words))
        self._wake()
        return True

    @property
    def sound(self) -> float:
        """Seconds from the first sound to the last, what is still being said cut off."""
        return (min(self.quiet_at, self._clock.now()) - self.loud_at).total_seconds() if self.words else 0.0

    async def listen(self, silence: float, longest: float) -> None:
        """Until a finishing key, that much silence, or that long altogether."""
        begun = self._clock.now()
        self.quiet_at = max(self.quiet_at, begun)
        while not self.done:
            now = self._clock.now()
            left = longest - (now - begun).total_seconds()
            patience = silence + (self.quiet_at - now).total_seconds()
            if min(left, patience) <= 0 or not await self.wait(min(left, patience)):
                break
        self.done = True

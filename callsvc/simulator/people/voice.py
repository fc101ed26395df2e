"""A person (or their machine) during one call: what they hear, which keys they press, when they hang up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Protocol

from callsvc.simulator.chance import fraction
from callsvc.simulator.clock import Clock, Timer
from callsvc.simulator.people.person import Person, nth

HUMAN_GREETING = 1.0  # lived seconds of "Allo?"
RECORDS_FOR = 120.0  # lived seconds a voicemail records after its beep before it hangs up
FAX_TRIES = 30.0
KEY_PAUSES = {"w": 0.5, "W": 1.0}


class Line(Protocol):
    """The telephone in the person's hand."""

    def press(self, key: str) -> None:
        """Press one key."""

    def speak(self, words: str) -> None:
        """Say something to whoever listens."""

    def put_down(self, by: str) -> None:
        """End the call; `by` is person or machine."""


class Voice:
    """Whoever picked up. All durations are lived seconds; `times` of a reply counts within this call."""

    def __init__(self, person: Person, clock: Clock, line: Line, *, kind: str, call_index: int) -> None:
        self.person = person
        self.kind = kind
        self.left_message = False
        self._clock = clock
        self._line = line
        self._talk = nth(person.talk, call_index)
        self._heard = ""
        self._speech = (
            0,
            clock.now(),
            0.0,
            0,
        )  # where the current speech starts in _heard, when, seconds, letters
        self._pending: tuple[int, float, Timer] | None = (
            None  # reply, when its words are heard (in seconds), timer
        )
        self._used: dict[int, int] = {}
        self._baffled = 0  # prompts heard in a language not understood
        self._pressed = 0  # replies given by key
        self._timers: dict[str, Timer] = {}
        self._beep_at = clock.now()

    @property
    def greeting(self) -> float:
        """How long the greeting lasts."""
        return self.person.greeting if self.kind == "machine" else HUMAN_GREETING

    def pick_up(self) -> None:
        """The call is answered."""
        if self.kind == "machine":
            self._beep_at = self._clock.now() + timedelta(seconds=self.greeting)
            records = 0.0 if self.person.full else RECORDS_FOR
            self._plan("down", self.greeting + records, lambda: self._line.put_down("machine"))
        elif self.kind == "fax":
            self._plan("down", FAX_TRIES, lambda: self._line.put_down("machine"))
        else:
            for index, said in enumerate(self.person.says):
                self._plan(f"says{index}", said.after, partial(self._line.speak, said.text))
            if self.person.hangs_up is not None and self.person.hangs_up.hears is None:
                self._plan("down", self.person.hangs_up.after, lambda: self._line.put_down("person"))

    def hear(self, text: str, seconds: float, language: str = "") -> None:
        """The platform begins to say something that takes that long, in that language if it is known."""
        now = self._clock.now()
        if self.kind != "human":
            ends = now + timedelta(seconds=seconds)
            self.left_message = self.left_message or (self.kind == "machine" and ends > self._beep_at)
            return
        if not self.person.understands(language):
            self._speech = (len(self._heard), now, 0.0, 0)
            self._consider_being_baffled(seconds)
            return
        self._speech = (len(self._heard), now, seconds, len(text))
        self._heard += text + " "
        self._consider_replies()
        self._consider_hanging_up()
        self._consider_waiting()

    def overhear(self, words: str, seconds: float) -> None:
        """Somebody else on the line begins to say this: it is answered as what the platform says is."""
        self.hear(words, seconds)

    def cut(self) -> None:
        """The speech stopped before its end: what was not said was not heard."""
        start, began, seconds, letters = self._speech
        spoken = (self._clock.now() - began).total_seconds()
        if letters == 0 or spoken >= seconds:
            return
        self._heard = self._heard[: start + int(letters * spoken / seconds)]
        self._speech = (len(self._heard), self._clock.now(), 0.0, 0)
        if self._pending is not None and self._pending[1] > spoken:
            self._pending[2].cancel()
            self._pending = None

    def bridge(self, with_someone: bool) -> None:
        """Now talking with another person, or no longer."""
        self._drop("talk")
        if not with_someone:
            return
        self._drop("patience")
        if self._talk is not None:
            self._plan("talk", self._talk, lambda: self._line.put_down("person"))

    def leave(self) -> None:
        """The call is over: forget every intention."""
        for name in list(self._timers):
            self._drop(name)
        if self._pending is not None:
            self._pending[2].cancel()
            self._pending = None

    def _consider_replies(self) -> None:
        for index, reply in enumerate(self.person.replies):
            if reply.times is not None and self._used.get(index, 0) >= reply.times:
                continue
            until = self._heard_in(reply.hears)
            if until is None:
                continue
            if self._pending is not None and self._pending[0] == index:
                return
            if self._pending is not None:
                self._pending[2].cancel()
            begins = max(until, self._speech[2]) if self.person.listens_to_end else until
            timer = self._clock.call_later(begins + reply.after, partial(self._reply, index))
            self._pending = (index, until, timer)
            return

    def _consider_hanging_up(self) -> None:
        plan = self.person.hangs_up
        if plan is None or plan.hears is None or "down" in self._timers:
            return
        until = self._heard_in(plan.hears)
        if until is not None:
            self._plan("down", until + plan.after, lambda: self._line.put_down("person"))

    def _consider_waiting(self) -> None:
        if self.person.patience is None or "patience" in self._timers:
            return
        until = self._heard_in(self.person.waiting)
        if until is not None:
            self._plan("patience", until + self.person.patience, lambda: self._line.put_down("person"))

    def _consider_being_baffled(self, seconds: float) -> None:
        self._baffled += 1
        limit = self.person.baffled
        if limit is not None and self._baffled == limit.times:
            self._plan("down", seconds + limit.after, lambda: self._line.put_down("person"))

    def _heard_in(self, pattern: re.Pattern[str]) -> float | None:
        """In how many seconds from now the words will have been spoken; None when they are not there."""
        found = pattern.search(self._heard)
        if found is None:
            return None
        start, _, seconds, letters = self._speech
        return seconds * max(0, min(letters, found.end() - start)) / letters if letters else 0.0

    def _reply(self, index: int) -> None:
        reply = self.person.replies[index]
        self._used[index] = self._used.get(index, 0) + 1
        self._pending = None
        self._heard = ""
        self._speech = (0, self._clock.now(), 0.0, 0)
        if reply.say:
            self._line.speak(reply.say)
        else:
            self._press(self._wrong_key() or reply.press)

    def _wrong_key(self) -> str:
        """The key pressed by mistake, if this is one of those times."""
        wrong = self.person.mistakes
        self._pressed += 1
        about = (self.person.chance, "mistake", self._pressed)
        if wrong is None or fraction(*about) >= wrong.probability:
            return ""
        return wrong.keys[int(fraction(*about, "key") * len(wrong.keys))]

    def _press(self, keys: str) -> None:
        while keys and keys[0] not in KEY_PAUSES:
            self._line.press(keys[0].upper())
            keys = keys[1:]
            if keys and keys[0] not in KEY_PAUSES:
                self._plan("keys", self.person.between_keys, partial(self._press, keys))
                return
        if keys:
            self._plan("keys", KEY_PAUSES[keys[0]], lambda: self._press(keys[1:]))

    def _plan(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self._drop(name)
        self._timers[name] = self._clock.call_later(seconds, action)

    def _drop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

"""A person as they are at one call: every choice made, every duration in lived seconds.

`reading.py` makes one from its JSON, `drawing.py` has drawn what the JSON leaves to chance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

ANSWERS = ("human", "machine", "busy", "no-answer", "failed", "fax")
WAITING = "patient|merci de patienter|hold the line|please wait|please hold"
PATIENCE = 180.0
BETWEEN_KEYS = 0.3
TONES = frozenset("0123456789*#ABCDabcd")
KEYS = TONES | frozenset("wW")  # of a reply, in which w and W wait
AFTER_GREETING = ("beep", "silence", "other")
TEXT_EVENTS = ("sms", "call-ended", "missed-call")
CALL_EVENTS = ("missed-call", "sms", "voicemail")
# How long a voicemail speaks before its beep. A short one deceives machine detection; a full one has no beep.
VOICEMAILS = {"short": 2.0, "long": 14.0, "full": 5.0}


@dataclass(frozen=True)
class Reply:
    """`after` seconds after hearing some words, press keys or say something; at most `times`."""

    hears: re.Pattern[str]
    press: str
    say: str
    after: float
    times: int | None


@dataclass(frozen=True)
class Reaction:
    """Done after a call or a message: text `body`, or call `to` (empty: whoever called or texted)."""

    on: str
    matches: re.Pattern[str] | None
    after: float
    times: int | None
    body: str = ""
    to: str = ""


@dataclass(frozen=True)
class HangUp:
    """Hang up `after` seconds: counted from the answer, or from hearing the words."""

    after: float
    hears: re.Pattern[str] | None


@dataclass(frozen=True)
class Utterance:
    """Said `after` seconds from the answer, whatever is being said at the other end."""

    text: str
    after: float


@dataclass(frozen=True)
class Mistakes:
    """How likely a reply presses one of these wrong `keys` in place of its own."""

    probability: float
    keys: str


@dataclass(frozen=True)
class Baffled:
    """Hangs up `after` seconds after the how many-eth prompt in a language not understood."""

    times: int
    after: float


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who answers at an address. Lists are used for successive calls, the last entry repeating."""

    address: str
    answers: tuple[str, ...] = ("human",)
    ring: tuple[float, ...] = (8.0,)
    greeting: float = 6.0
    after_greeting: str = "beep"
    full: bool = False  # the voicemail hangs up after its greeting
    replies: tuple[Reply, ...] = ()
    hangs_up: HangUp | None = None
    patience: float | None = PATIENCE
    waiting: re.Pattern[str] = re.compile(WAITING, re.IGNORECASE)
    talk: tuple[float | None, ...] = (None,)
    texts: tuple[Reaction, ...] = ()
    calls_back: tuple[Reaction, ...] = ()
    sms: str = "delivered"
    languages: frozenset[str] = frozenset()  # none: understands every language
    baffled: Baffled | None = None
    says: tuple[Utterance, ...] = ()
    listens_to_end: bool = False
    between_keys: float = BETWEEN_KEYS
    mistakes: Mistakes | None = None
    chance: str = ""  # the seed of what is drawn while the call lasts

    def understands(self, language: str) -> bool:
        """Whether a prompt in that language (`fr-FR`; nothing: not told) is understood."""
        return (
            not self.languages or not language or language.split("-", maxsplit=1)[0].lower() in self.languages
        )


def nth(values: Sequence[T], index: int) -> T:
    """The entry for the call of that index (0 first); the last one repeats."""
    return values[min(index, len(values) - 1)]

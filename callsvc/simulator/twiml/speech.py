"""How long speech and sounds last, in lived seconds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

LETTERS_A_SECOND = 15.0
SHORTEST = 1.0
SOUND = 5.0  # a sound file is not fetched: it is taken to last this long
KEY = 0.5


def seconds_of(text: str) -> float:
    """How long the voice takes to say this."""
    return max(SHORTEST, len(text) / LETTERS_A_SECOND)


def repetitions(loop: str | None) -> Iterable[int]:
    """The turns a `loop` attribute asks for: 0 means for ever, absent or odd means once."""
    try:
        asked = int(loop or "1")
    except ValueError:
        return range(1)
    return itertools.count() if asked == 0 else range(max(1, asked))

"""How long speech and sounds last, in lived seconds."""

from __future__ import annotations

LETTERS_A_SECOND = 15.0
SHORTEST = 1.0
SOUND = 5.0  # a sound file is not fetched: it is taken to last this long
KEY = 0.5
FOREVER = 1000  # loop="0" means for ever; a thousand times is longer than any call


def seconds_of(text: str) -> float:
    """How long the voice takes to say this."""
    return max(SHORTEST, len(text) / LETTERS_A_SECOND)


def repetitions(loop: str | None) -> int:
    """How many times a `loop` attribute asks for; 0 means for ever, absent or odd means once."""
    try:
        asked = int(loop or "1")
    except ValueError:
        return 1
    return FOREVER if asked == 0 else max(1, min(asked, FOREVER))

"""How many SMS a text is billed as, and what would make it fewer.

The count is the flows' own (:mod:`ivr_flows.segments`), so that lint, preview and what is sent agree.
French typography costs most: one ``’`` or ``…`` turns 160 letters to a message into 70.
"""

import unicodedata
from dataclasses import dataclass

from ivr_flows.segments import GSM7, GSM7_EXTENDED
from ivr_flows.segments import Size as Segments
from ivr_flows.segments import measure as count

__all__ = ["Advice", "Segments", "Swap", "advice", "count", "plain"]

# What stands for the same thing and reads the same.
_TYPOGRAPHY = {
    **dict.fromkeys("’‘ʼ′`´", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("–—‑‒−‐", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u200a\u2002\u2003\t", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
    "•": "-",
    "→": "->",
    "×": "x",
    "ﬁ": "fi",
    "ﬂ": "fl",
}


@dataclass(frozen=True, slots=True)
class Swap:
    """One character and what could stand for it. ``same``: nobody reads it otherwise (``’`` and ``'``)."""

    character: str
    instead: str
    same: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """What keeps a text out of GSM-7, and what it would cost without; ``kept`` has no plain form."""

    swaps: tuple[Swap, ...]
    kept: str
    now: Segments
    then: Segments


def swap_of(character: str) -> Swap | None:
    """What could stand for a character that costs the whole text its alphabet; None if nothing could.

    >>> swap_of("’"), swap_of("ê"), swap_of("م")
    (Swap(character='’', instead="'", same=True), Swap(character='ê', instead='e', same=False), None)
    """
    if character in _TYPOGRAPHY:
        return Swap(character, _TYPOGRAPHY[character], same=True)
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return Swap(character, bare, same=False) if bare != character and _cheap(bare) else None


def advice(text: str) -> Advice | None:
    """Why a text is UCS-2 and what would help; None for a text in GSM-7.

    >>> found = advice("Rappel : c’est à 10 h…")
    >>> found.then.encoding, [swap.instead for swap in found.swaps]
    ('GSM-7', ["'", '...'])
    """
    dear = list(dict.fromkeys(c for c in text if not _cheap(c)))
    if not dear:
        return None
    found = {c: swap_of(c) for c in dear}
    swaps = tuple(swap for swap in found.values() if swap is not None)
    kept = "".join(c for c, swap in found.items() if swap is None)
    return Advice(swaps, kept, count(text), count(plain(text)))


def plain(text: str) -> str:
    """The text in letters that cost least, as far as it can be.

    >>> plain("« Reçu » : l’œuvre…")
    '" Recu " : l\\'oeuvre...'
    """
    swaps = {c: swap_of(c) for c in set(text) if not _cheap(c)}
    return "".join(_written(c, swaps.get(c)) for c in text)


def _written(character: str, swap: Swap | None) -> str:
    return character if swap is None else swap.instead


def _cheap(text: str) -> bool:
    return all(c in GSM7 or c in GSM7_EXTENDED for c in text)

"""What an SMS says to us whatever the conversation: stop, start again, who are you?

A text says stop when, without case, accents and punctuation, and without words of courtesy around it, it is
one of the words of :mod:`callsvc.messages.keywords`, or several of them. ``STOP`` counts also with one or two
words after it (« STOP AMELI »), and letter by letter (S.T.O.P). A longer sentence that merely holds such a
word is an answer like any other: « Arrêt de travail jusqu'à lundi », "cancel my appointment" stop nothing.
"""

import unicodedata
from collections.abc import Sequence
from typing import Literal

from callsvc.messages.keywords import AROUND, CARRIER_STOP, HELP, START, STOP

Keyword = Literal["stop", "start", "help"]

_FIRST = "stop"
_LONGEST_AFTER = 2
_MOST_WORDS = 16  # a longer text says something else


def fold(text: str) -> str:
    """The text without case, accents, marks or punctuation; letters of any script stay."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else " " for c in bare if not unicodedata.combining(c) and c != "ـ")
    return " ".join("".join(letters).split())


def _folded(words: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(fold(word) for listed in words.values() for word in listed)


_AROUND = frozenset(fold(word) for word in AROUND)
_KEYWORDS: tuple[tuple[Keyword, frozenset[str]], ...] = (
    ("stop", _folded(STOP)),
    ("start", _folded(START)),
    ("help", _folded(HELP)),
)


def keyword_of(body: str) -> Keyword | None:
    """What the text says to us, in any of our languages; None for an answer to a conversation.

    >>> [keyword_of(text) for text in ("Arrêtez, svp !", "توقف", "AIDE", "start", "ne pas arreter")]
    ['stop', 'stop', 'help', 'start', None]
    """
    words = _joined_letters(fold(body).split())
    if not words or len(words) > _MOST_WORDS:
        return None
    for keyword, known in _KEYWORDS:
        if _says(words, known):
            return keyword
    return "stop" if words[0] == _FIRST and len(words) <= 1 + _LONGEST_AFTER else None


def is_opt_out(body: str) -> bool:
    """True for STOP, « Arrêt ! », `STOP SMS`; false for a sentence that merely contains such a word.

    >>> is_opt_out(" Arrêt. "), is_opt_out("ne pas arreter mon traitement")
    (True, False)
    """
    return keyword_of(body) == "stop"


def carrier_knows(body: str) -> bool:
    """Whether the carrier takes this text for a stop by itself, and says so to the person.

    >>> carrier_knows(" Stop "), carrier_knows("STOP SVP"), carrier_knows("ARRET")
    (True, False, False)
    """
    return body.strip().casefold() in CARRIER_STOP


def _joined_letters(words: Sequence[str]) -> list[str]:
    """``s t o p`` is a word; single letters among words are left alone."""
    if len(words) > 1 and all(len(word) == 1 and word.isalpha() for word in words):
        return ["".join(words)]
    return list(words)


def _says(words: list[str], known: frozenset[str]) -> bool:
    """Is this one of the words, or several of them, with nothing but courtesy around and between?"""
    meant = [place for place, word in enumerate(words) if word not in _AROUND]
    if not meant:
        return " ".join(words) in known
    # A phrase may itself begin or end with a word of courtesy: « plus de sms svp ».
    spans = (
        words[first : last + 1] for first in range(meant[0] + 1) for last in range(meant[-1], len(words))
    )
    return any(" ".join(span) in known for span in spans) or all(words[place] in known for place in meant)

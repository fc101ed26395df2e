"""What somebody chooses by SMS about when, how and in which language we contact them: « CHOIX SOIR SMS ».

A closed grammar: one of the words of ``keywords.CHOICE``, then words of ``keywords.CHOICES`` and courtesy,
and nothing else. A text that holds any other word is an answer as ever: « Choix difficile », "choice 2".
"""

from dataclasses import dataclass
from typing import Final

from callsvc.messages.keywords import AROUND, BETWEEN, CHOICE, CHOICES
from callsvc.messages.rules import fold

_MOST_WORDS: Final = 16
_LONGEST_PHRASE: Final = 3
_OPENINGS = frozenset(fold(word) for listed in CHOICE.values() for word in listed)
_MEANS = {
    fold(word): (name, value)
    for name, values in CHOICES.items()
    for value, words in values.items()
    for word in words
}
_BESIDE = frozenset(fold(word) for word in (*AROUND, *BETWEEN))


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a text chooses; None, or nothing, is not spoken of.

    ``hours``: parts of the day, empty for any hour. ``channel``: voice, sms, or empty when both were named.
    """

    hours: tuple[str, ...] | None = None
    channel: str | None = None
    language: str | None = None
    this_number_first: bool = False


def wish_in(body: str) -> Wish | None:
    """What the text chooses; a ``Wish`` of nothing for one that only asks, None for any other text.

    >>> wish_in("Choix : matin et soir, SMS svp")
    Wish(hours=('morning', 'evening'), channel='sms', language=None, this_number_first=False)
    >>> wish_in("CHOIX !") == Wish(), wish_in("choix difficile")
    (True, None)
    """
    words = fold(body).split()
    rest = _after_opening(words)
    said = _read(rest) if rest is not None and len(words) <= _MOST_WORDS else None
    return None if said is None else _wish(said)


def _after_opening(words: list[str]) -> list[str] | None:
    for length in range(min(2, len(words)), 0, -1):
        if " ".join(words[:length]) in _OPENINGS:
            return words[length:]
    return None


def _read(words: list[str]) -> list[tuple[str, str]] | None:
    """What each phrase means, the longest first; None where one means nothing."""
    said: list[tuple[str, str]] = []
    while words:
        for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
            meant = _MEANS.get(" ".join(words[:length]))
            if meant is not None:
                break
        else:
            if words[0] not in _BESIDE:
                return None
            length = 1
        if meant is not None:
            said.append(meant)
        words = words[length:]
    return said


def _wish(said: list[tuple[str, str]]) -> Wish:
    named = {name: [value for one, value in said if one == name] for name in CHOICES}
    hours = [part for part in CHOICES["hours"] if part in named["hours"]]
    channels = set(named["channel"])
    return Wish(
        hours=(() if "any" in hours else tuple(hours)) if hours else None,
        channel=("" if len(channels) > 1 else channels.pop()) if channels else None,
        language=named["language"][0] if named["language"] else None,
        this_number_first=bool(named["number"]),
    )

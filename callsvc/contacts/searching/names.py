"""A name to codes of its words: what is stored of a person, and what a search asks for.

Particles never decide: LE GOFF is stored as GOFF and as LEGOFF, so that Goff, Legoff and Le Goff find it.
The same for DE, D', EL, BEN, SAINT, and for names of two parts: JEAN-PIERRE is JEAN, PIERRE and JEANPIERRE.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from callsvc.contacts.searching.phonetics import plain, sound

_OF: Final = "de du des d da dos das do di della del la le les l van von der den ter zu o"
_SON_OF: Final = "el al ben bin ibn abd abou abu ait ould mac mc"
PARTICLES: Final = frozenset(f"{_OF} {_SON_OF} saint sainte".split())
_TITLES: Final = frozenset(("m", "mr", "mme", "mlle", "mrs", "ms", "dr", "pr", "me", "monsieur", "madame"))
_WRITTEN: Final = {"st": "saint", "ste": "sainte"}
_WORD: Final = re.compile(r"[^\W\d_]+")
_MOST_WORDS: Final = 8
_MOST_JOINED: Final = 4  # parts of one name that are also stored written as one word


@dataclass(frozen=True, slots=True)
class _Part:
    """A word that carries meaning, and the same with its particles before it."""

    core: str
    joined: str


@lru_cache(maxsize=65536)
def codes_of(name: str) -> frozenset[str]:
    """Codes under which one field (the last names, or the first names) of a person is stored.

    >>> sorted(codes_of("Le Goff")) == sorted({sound("goff"), sound("legoff")})
    True
    """
    parts = list(_parts(name))
    codes = {sound(word) for part in parts for word in (part.core, part.joined)}
    if 1 < len(parts) <= _MOST_JOINED:
        codes |= {sound(one.joined + other.joined) for one, other in pairwise(parts)}
    return frozenset(codes)


def codes_asked(text: str) -> list[frozenset[str]]:
    """What a person must have to be found: of each set at least one code; no set for an empty text.

    The order of words does not matter; neighbours are also tried as one word.
    """
    parts = list(_parts(text))
    asked = [{sound(part.core), sound(part.joined)} for part in parts]
    for place, (one, other) in enumerate(pairwise(parts)):
        together = sound(one.joined + other.joined)
        asked[place].add(together)
        asked[place + 1].add(together)
    return [frozenset(codes) for codes in asked]


def sounds_like(asked: list[frozenset[str]], first_name: str, last_name: str) -> bool:
    """Whether this person's name answers what was asked."""
    has = codes_of(first_name) | codes_of(last_name)
    return all(codes & has for codes in asked)


def _parts(name: str) -> Iterator[_Part]:
    """The words of a name, each with the particles before it; of particles alone the last one is kept."""
    words = [_WRITTEN.get(word, word) for word in _WORD.findall(plain(name))]
    words = [word for word in words if word not in _TITLES] or words
    before = ""
    for place, word in enumerate(words[:_MOST_WORDS]):
        last = place == min(len(words), _MOST_WORDS) - 1
        if word in PARTICLES and not last:
            before += word
        else:
            yield _Part(word, before + word)
            before = ""

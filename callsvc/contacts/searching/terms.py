"""What a person is found by, as keyed terms: pure, but for the keys.

A term is one number: who made it (scheme and key), its kind, and a keyed hash cut short on purpose. So short
that a term never names one person (docs/people.md says what that is worth, and what it is not), and long
enough that few of the wrong people must be opened to be left out.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from callsvc.contacts.searching.names import codes_of
from callsvc.core.keyring import Keyring

Kind = Literal["name", "tail"]

SCHEME: Final = 1
"""One more whenever a code or a cut changes: everybody is then indexed anew by ``contacts reindex``."""

LONGEST_TAIL: Final = 4  # last digits of a number

CUT: Final = 12
"""Bits of the hash. 4,096 terms for all names: each stands for many, and the frequent ones drown some rare
ones; 10,000 endings share as many."""

_PLACE: Final[dict[Kind, int]] = {"name": 0, "tail": 1}


class Term(NamedTuple):
    """``Term("name", "dopon")``, ``Term("tail", "1234")``."""

    kind: Kind
    text: str


NameTerms: TypeAlias = tuple[int, int, tuple[int, ...]]
"""By what a name is found: the last name and the first, which stand with the person, and the other codes of
names of several parts, which few people have."""


def name_terms(keyring: Keyring, first_name: str, last_name: str) -> NameTerms:
    """Everything a name is found by, made with the newest key."""
    last, further_last = terms_of(keyring, last_name)
    first, further_first = terms_of(keyring, first_name)
    return last, first, further_last + further_first


@lru_cache(maxsize=65536)
def terms_of(keyring: Keyring, name: str) -> tuple[int, tuple[int, ...]]:
    """The term of one field, and its further ones; a person without a first name has a term that nobody asks
    for. Lists repeat names, so it is kept."""
    terms = [sealed(keyring, Term("name", code)) for code in sorted(codes_of(name)) or ("",)]
    return terms[0], tuple(terms[1:])


def tail_term(keyring: Keyring, e164: str) -> int:
    """By what a number is found when only its last digits are known."""
    return sealed(keyring, Term("tail", tail_of(e164)))


def tail_of(number: str) -> str:
    return number[-LONGEST_TAIL:]


@lru_cache(maxsize=65536)
def sealed(keyring: Keyring, term: Term, version: int | None = None) -> int:
    """The number stored in place of a term; positive, under 2^31."""
    blind = keyring.blind(term.kind, term.text, CUT, version)
    made_with = SCHEME * 1000 + (keyring.version if version is None else version)
    return ((made_with << 1) + _PLACE[term.kind] << CUT) + blind


def asked_of(keyring: Keyring, terms: Iterable[Term]) -> list[int]:
    """The same under every key that may have made it, for a search while keys change."""
    return [sealed(keyring, term, version) for term in terms for version in keyring.versions]


def newest(keyring: Keyring) -> tuple[int, int]:
    """The first and the last number that a term of today's scheme and key can be."""
    made_with = SCHEME * 1000 + keyring.version
    return made_with << CUT + 1, (made_with + 1 << CUT + 1) - 1

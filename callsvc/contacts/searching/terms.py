"""What a person is found by, as keyed terms: pure, but for the keys.

A term is one number: two bits for its kind, the rest a keyed hash cut short on purpose. So short that a term
never names one person (docs/people.md says what that is worth, and what it is not), and long enough that
few of the wrong people must be opened to be left out.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from callsvc.contacts.searching.names import codes_of
from callsvc.core.keyring import Keyring

Kind = Literal["name", "tail", "case"]

SCHEME: Final = 1
"""One more whenever a code or a cut changes: everybody is then indexed anew by ``contacts reindex``."""

LONGEST_TAIL: Final = 4  # last digits of a number

_CUT: Final[dict[Kind, int]] = {
    "name": 12,  # 4,096 terms for all names: each stands for many, and the frequent ones drown some rare ones
    "tail": 12,  # 10,000 endings share them
    "case": 28,  # references are unique and say nothing about frequency: no need to share
}
_PLACE: Final[dict[Kind, int]] = {"name": 0, "tail": 1, "case": 2}
_NOT_SHOWN: Final = re.compile(r"[\W_]+")


class Term(NamedTuple):
    """``Term("name", "dopon")``, ``Term("tail", "1234")``, ``Term("case", "ZQ2020118")``."""

    kind: Kind
    text: str


def index_terms(
    first_name: str, last_name: str, numbers: Iterable[str] = (), case_reference: str = ""
) -> frozenset[Term]:
    """Everything one person is found by; numbers in E.164."""
    terms = {Term("name", code) for field in (first_name, last_name) for code in codes_of(field)}
    terms.update(Term("tail", tail_of(number)) for number in numbers)
    if reference := plain_reference(case_reference):
        terms.add(Term("case", reference))
    return frozenset(terms)


def tail_of(number: str) -> str:
    return number[-LONGEST_TAIL:]


def plain_reference(reference: str) -> str:
    """A case's reference however it is written: ``zq 2020-118`` and ``ZQ2020118`` are one."""
    return _NOT_SHOWN.sub("", reference).upper()


@lru_cache(maxsize=65536)
def sealed(keyring: Keyring, term: Term, version: int | None = None) -> int:
    """The number stored in place of a term; positive, under 2^30. Lists repeat names, so it is kept."""
    blind = keyring.blind(term.kind, term.text, _CUT[term.kind], version)
    return _PLACE[term.kind] << 28 | blind


def asked_of(keyring: Keyring, terms: Iterable[Term]) -> list[int]:
    """The same under every key that may have made it, for a search while keys change."""
    return [sealed(keyring, term, version) for term in terms for version in keyring.versions]


def made_with(keyring: Keyring) -> int:
    """What is stored beside each term: scheme and key version in one number."""
    return SCHEME * 1000 + keyring.version

"""Names that people gave elsewhere, as names of a flow: readable, unique, and the same at every import."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 48
MOST_PARTS = 5
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,4}")


def plain_name(source: str, otherwise: str = "step") -> str:
    """A name out of any words.

    >>> plain_name("Menu d'accueil (été)"), plain_name("1st try"), plain_name("…")
    ('menu_d_accueil_ete', 'step_1st_try', 'step')
    """
    folded = unicodedata.normalize("NFKD", source[:200]).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", folded)
    bare = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    if not bare[:1].isalpha():
        bare = f"{otherwise}_{bare}" if bare else otherwise
    return bare[:LONGEST].rstrip("_")


def kebab_name(source: str, otherwise: str) -> str:
    """The same, in kebab-case, as flows, skills and outcomes are named."""
    return plain_name(source, otherwise).replace("_", "-")


def variable_name(*parts: str) -> str:
    """A dotted name; of too many parts the last are joined.

    >>> variable_name("data", "First Name"), variable_name("http", "lab", "a", "b", "c", "d")
    ('data.first_name', 'http.lab.a.b.c_d')
    """
    named = [plain_name(part, "x") for part in parts]
    if len(named) > MOST_PARTS:
        named = [*named[: MOST_PARTS - 1], "_".join(named[MOST_PARTS - 1 :])]
    return ".".join(named)[:100].rstrip("._")


def is_variable(name: str) -> bool:
    """Whether a flow may use this name for a variable."""
    return len(name) <= 100 and _VARIABLE.fullmatch(name) is not None


class Taken:
    """Names that are used up; each is given once."""

    def __init__(self, *reserved: str) -> None:
        self._taken = set(reserved)

    def give(self, wanted: str) -> str:
        """The wanted name, or the same with a number.

        >>> taken = Taken("start")
        >>> taken.give("start"), taken.give("menu"), taken.give("menu")
        ('start_2', 'menu', 'menu_2')
        """
        name, count = wanted, 1
        while name in self._taken:
            count += 1
            name = f"{wanted}_{count}"
        self._taken.add(name)
        return name

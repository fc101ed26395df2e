"""What a cell turns into: numbers that could be called, and refusals that say what to do."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from callsvc.core.phone_numbers.refusals import sentence

Kind: TypeAlias = Literal["mobile", "fixed", "voip", "other"]

FRENCH_TERRITORIES: Final[frozenset[str]] = frozenset(
    ("FR", "RE", "YT", "GP", "MQ", "GF", "PM", "BL", "MF", "WF", "PF", "NC")
)
"""The countries a list may call unless the import says otherwise."""


class Number(NamedTuple):
    """A number read from a cell.

    `repairs` tells, in order, what had to be done to read it (ids such as `leading-zero-restored`);
    `synthetic` is true for numbers reserved for fiction and for numbers of a file marked synthetic.
    Example: the cell `692123456` of a person in department 974 is `Number("+262692123456", "RE", "mobile",
    ...)` with the repairs `leading-zero-restored` and `overseas-prefix`.
    """

    e164: str
    territory: str
    kind: Kind
    raw: str
    synthetic: bool = False
    repairs: tuple[str, ...] = ()
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A piece of a cell that is not dialled, the stable id of the reason, and the text it was read from."""

    reason: str
    raw: str

    def says(self, language: str = "fr") -> str:
        """The sentence for people, in French (`fr`) or English (anything else), saying what to do."""
        return sentence(self.reason, language)


Reading: TypeAlias = Number | Refusal


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the cell: where the person lives and what this service may dial."""

    department: str | None = None
    fiction_allowed: bool = False
    synthetic: bool = False
    countries: AbstractSet[str] = FRENCH_TERRITORIES

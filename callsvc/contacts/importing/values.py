"""What a row says of a person, read column by column; each word of a column is understood once.

A list of a million rows repeats its departments, languages and dates: every column remembers what it read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from callsvc.contacts.importing import fields
from callsvc.core.france import department_code, department_of, postcode_of

_REMEMBERED: Final = 20_000  # words of one column


@dataclass(kw_only=True)
class Values:
    """What a row says of a person. Times are local to the person; `fragility` runs from 0 to 3, `priority`
    from -9 to 9; `preferred` is `mobile`, `fixed` or the place of a telephone column.

    Without slots, so that a row that says little costs little: what it does not say stays the class's."""

    reference: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_year: int | None = None
    language: str | None = None
    postcode: str | None = None
    department: str | None = None
    fragility: int = 0
    priority: int = 0
    reported_at: datetime | None = None
    elicited_at: datetime | None = None
    opposition: bool = False
    consent: bool | None = None
    consent_basis: str | None = None
    consent_on: date | None = None
    preferred: str | None = None
    synthetic: bool = False


Understood = tuple[Any, str]
"""A value, and the reason id of what must be said about it (empty: nothing)."""

NOTHING: Final[Understood] = (None, "")
"""What an empty cell means."""


class Column:
    """One column of a field, with what its words meant so far: `known`, in which a reader may look first."""

    def __init__(
        self, name: str, place: int, understand: Callable[[str], Understood], *, repeats: bool = True
    ) -> None:
        self.name, self.place = name, place
        self._understand, self._repeats = understand, repeats
        self.known: dict[str, Understood] = {"": NOTHING}

    def read(self, text: str) -> Understood:
        """What a stripped cell means."""
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
            self.known[""] = NOTHING
        understood = self._understand(text)
        if self._repeats:
            self.known[text] = understood
        return understood


def readers(today: date) -> dict[str, Callable[[str], Understood]]:
    """Field -> how a cell of it is understood, in the order in which a row's columns are read."""
    return {
        "postcode": _postcode,
        "department": _or_say(department_code, "department-unreadable"),
        "birth_year": _birth_year(today),
        "reported_at": _moment("reported-at-unreadable", today),
        "elicited_at": _moment("elicited-at-unreadable", today),
        "language": _or_say(fields.read_language, "language-unknown"),
        "fragility": _fragility,
        "priority": _priority,
        "opposition": _opposition,
        "consent": _consent,
        "consent_basis": _or_say(fields.read_basis, "consent-basis-unknown"),
        "consent_on": _day(today),
        "preferred": _or_say(fields.read_preferred, "preferred-unreadable"),
        "synthetic": lambda text: (bool(fields.read_yes_no(text)), ""),
    }


def _or_say(read: Callable[[str], Any], reason: str) -> Callable[[str], Understood]:
    def understand(text: str) -> Understood:
        value = read(text)
        return value, reason if value is None else ""

    return understand


def _birth_year(today: date) -> Callable[[str], Understood]:
    """As `read_birth_year`; a French date, which nearly all are, by its parts, of which there are few."""
    years = {str(year): (year, "") for year in range(1900, today.year)}
    days = {f"{day:02}/{month:02}/" for day in range(1, 29) for month in range(1, 13)}  # all years have them

    def understand(text: str) -> Understood:
        if text[:6] in days and (quickly := years.get(text[6:])):
            return quickly
        value = fields.read_birth_year(text, today)
        return value, "birth-year-unreadable" if value is None else ""

    return understand


def _postcode(text: str) -> Understood:
    code = postcode_of(text)
    return (code, "") if department_of(code) else (None, "postcode-unreadable")


def _moment(unreadable: str, today: date) -> Callable[[str], Understood]:
    def understand(text: str) -> Understood:
        at = fields.read_moment(text)
        if at is None:
            return None, unreadable
        return (None, "date-in-the-future") if (at.date() - today).days > 1 else (at, "")

    return understand


def _day(today: date) -> Callable[[str], Understood]:
    def understand(text: str) -> Understood:
        at = fields.read_moment(text)
        if at is None or (at.date() - today).days > 1:
            return None, "consent-on-unreadable"
        return at.date(), ""

    return understand


def _fragility(text: str) -> Understood:
    level = fields.read_fragility(text)
    return (1, "fragility-unreadable") if level is None else (level, "")


def _priority(text: str) -> Understood:
    level = fields.read_priority(text)
    return (0, "priority-unreadable") if level is None else (level, "")


def _opposition(text: str) -> Understood:
    opposed = fields.read_opposition(text)
    if opposed is False:
        return False, ""
    return True, "opposition-unclear" if opposed is None else "opposition-recorded"


def _consent(text: str) -> Understood:
    """A refused consent is an opposition, which the row's reader draws from it."""
    opposed = fields.read_opposition(text)
    word_refuses = opposed is True and fields.read_yes_no(text) is None
    consent = False if word_refuses else opposed
    return (
        consent,
        "opposition-recorded" if consent is False else "consent-unclear" if consent is None else "",
    )

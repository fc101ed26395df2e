"""Who is already stored under a telephone number, and whether a row is one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from callsvc.contacts.entries import Entry
from callsvc.contacts.importing.matching import Likeness, same_person
from callsvc.contacts.people import Person, read_person
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx

_AT_ONCE: Final = 500  # values in one IN (...), well under the limit of SQLite


@dataclass(slots=True, kw_only=True)
class Known:
    """A person already stored, or about to be: with the numbers they have, in order."""

    id: str
    platform: str
    person: Person
    fragility: int
    priority: int
    elicited_at: datetime
    consent_on: date | None
    consent_basis: str
    case_id: str | None
    numbers: list[str]
    import_id: str | None  # the list that brought this person first
    new: bool = False


_KNOWN: Final = (
    *(
        contact.c.id,
        contact.c.platform_code,
        contact.c.person,
        contact.c.fragility,
        contact.c.priority,
        contact.c.elicited_at,
    ),
    *(contact.c.consent_on, contact.c.consent_basis, contact.c.case_id, contact.c.import_id),
)


def people_with(tx: Tx, number_ids: Sequence[str]) -> dict[str, list[Known]]:
    """Number id -> the people already stored who have it."""
    query = "SELECT contact_id FROM contact_number WHERE number_id"
    ids = [contact_id for (contact_id,) in tx.among(query, number_ids)]
    people: dict[str, list[Known]] = {}
    for some in pieces(list(dict.fromkeys(ids))):
        known = {row.id: _known(tx, row) for row in tx.all(sa.select(*_KNOWN).where(contact.c.id.in_(some)))}
        links = (
            sa.select(contact_number.c.contact_id, contact_number.c.number_id)
            .where(contact_number.c.contact_id.in_(some))
            .order_by(contact_number.c.contact_id, contact_number.c.rank)
        )
        for link in tx.all(links):
            known[link.contact_id].numbers.append(link.number_id)
            people.setdefault(link.number_id, []).append(known[link.contact_id])
    return people


def _known(tx: Tx, row: Any) -> Known:
    return Known(
        id=row.id, platform=row.platform_code, person=read_person(tx, row),
        fragility=row.fragility, priority=row.priority,
        elicited_at=row.elicited_at, consent_on=row.consent_on, consent_basis=row.consent_basis,
        case_id=row.case_id, numbers=[], import_id=row.import_id,
    )  # fmt: skip


def find_person(
    people: Mapping[str, list[Known]], numbers: Sequence[str], entry: Entry
) -> tuple[Known | None, Likeness]:
    """The person of an entry among those who share one of its numbers, an equal name first."""
    new = (entry.first_name, entry.last_name, entry.birth_year)
    close: Known | None = None
    for number in numbers:
        for known in people.get(number, ()):
            person = known.person
            likeness = same_person((person["first_name"], person["last_name"], person["birth_year"]), new)
            if likeness == "same":
                return known, likeness
            if likeness == "spelled-differently":
                close = close or known
    return close, "spelled-differently"


def pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Values in the portions that one IN (...) takes."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]

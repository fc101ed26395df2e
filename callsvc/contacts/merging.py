"""A person known before stands in a list again: what is taken over, and what is said about it.

numbers            those they did not have yet are added behind those they had
birth year,        filled in when they were unknown; another one is said, and the known one kept
postcode
fragility,         the higher one holds
priority
elicited at        the later one holds: they were named again
consent            the later day holds, with its basis
case               kept; taken over when they had none
names, language,   kept: a correction is made on the person's own page, not by a list
platform
"""

from datetime import UTC, date, datetime
from typing import Any

from callsvc.contacts.entries import Entry
from callsvc.contacts.households import Known
from callsvc.contacts.people import Person


def person_of(entry: Entry) -> Person:
    """What is sealed of an entry."""
    return Person(
        first_name=entry.first_name,
        last_name=entry.last_name,
        birth_year=entry.birth_year,
        postcode=entry.postcode,
    )


def known_from(entry: Entry, numbers: list[str], case_id: str | None, now: datetime) -> Known:
    """The person of an entry that is stored in this very batch, should another line mean them too."""
    return Known(
        id=entry.contact_id, platform=entry.platform, person=person_of(entry),
        fragility=entry.fragility, priority=entry.priority,
        elicited_at=_instant(entry.elicited_at) or now, consent_on=_day(entry.consent_on),
        consent_basis=entry.consent_basis, case_id=case_id, numbers=numbers, import_id=None, new=True,
    )  # fmt: skip


def merge(known: Known, entry: Entry, case_id: str | None) -> tuple[dict[str, Any], list[str]]:
    """The columns of `contact` that change (`person` unsealed), and the reason ids to say."""
    changes: dict[str, Any] = {}
    said: list[str] = []
    _merge_person(known, entry, changes, said)
    for name in ("fragility", "priority"):
        if getattr(entry, name) > getattr(known, name):
            changes[name] = getattr(entry, name)
    if changes.keys() & {"fragility", "priority"}:
        said.append("fragility-raised")
    elicited = _instant(entry.elicited_at)
    if elicited and elicited > known.elicited_at:
        changes["elicited_at"] = elicited
    day = _day(entry.consent_on)
    if day and (known.consent_on is None or day > known.consent_on):
        changes |= {"consent_on": day, "consent_basis": entry.consent_basis}
        said.append("newer-consent")
    if case_id and known.case_id is None:
        changes["case_id"] = case_id
    for name, value in changes.items():
        setattr(known, name, value)
    return changes, said


def _merge_person(known: Known, entry: Entry, changes: dict[str, Any], said: list[str]) -> None:
    before, person = dict(known.person), known.person.copy()
    if person["birth_year"] and entry.birth_year and person["birth_year"] != entry.birth_year:
        said.append("birth-year-differs")
    person["birth_year"] = person["birth_year"] or entry.birth_year
    person["postcode"] = person["postcode"] or entry.postcode
    if before != person:
        changes["person"] = person
        said.append("details-filled")


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

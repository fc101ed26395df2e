"""One batch of entries into the tables: numbers, cases, people, who shares which number.

Everything is looked up for the whole batch at once and inserted with one statement per table; a batch is one
transaction, so that an import killed half-way leaves whole batches and goes on behind them.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from callsvc.contacts.cases.references import plain_reference
from callsvc.contacts.entries import (
    AS_STORED,
    NUMBER_COLUMNS,
    REFERENCE,
    STORED_COLUMNS,
    Entry,
    NumberEntry,
    Said,
)
from callsvc.contacts.forgetting import forget_nobody_meanwhile
from callsvc.contacts.households import Known, find_person, people_with
from callsvc.contacts.importing.matching import Likeness
from callsvc.contacts.importing.problems import Problem
from callsvc.contacts.merging import known_from, merge
from callsvc.contacts.people import seal_person
from callsvc.contacts.searching.indexing import COLUMNS as TERM_COLUMNS
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number, tracing_case
from callsvc.core.bulk import stamp
from callsvc.core.db import Tx

_LINK: Final = ("contact_id", "number_id", "rank")
_CONTACT: Final = (
    *("id", "case_id", "elicited_at", *STORED_COLUMNS, "import_id", "import_line", "created_at"),
)
_FURTHER: Final = Entry._fields.index("further_terms")
_CASE: Final = ("id", "reference", "plain_reference", "platform_code", "reported_at", "level")


@dataclass(slots=True)
class Stored:
    """What a batch did. `contacts` are the ids of every person in it, once each."""

    contacts: dict[str, None] = field(default_factory=dict)
    by_line: dict[int, str] = field(default_factory=dict)  # whom each line means
    new: int = 0
    merged: int = 0
    known: int = 0
    changed: int = 0
    shared: int = 0
    numbers: dict[bytes, str] = field(default_factory=dict)  # fingerprint -> number id
    known_numbers: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    changes: list[tuple[int, str, str]] = field(default_factory=list)
    suppressions: int = 0
    for_campaign: int = 0

    def say(self, line: int, reason: str) -> None:
        """Add something to say about a row that was kept."""
        self.problems.append(Problem(line, "", "", reason))


def store_batch(
    tx: Tx, entries: Sequence[Said], import_id: str | None, *, changes_in: Container[str] | None = None
) -> Stored:
    """Store a batch of entries; the same entries again change nothing.

    `changes_in`: platforms whose people may be changed by it (None: all); who is known elsewhere is found,
    and stays as they are.

    Two imports at once may both find a number new: the second then fails on its unique key (IntegrityError)
    and the caller runs the batch again. Numbers that are known are locked before their people are looked
    for, so that of two imports the second finds whom the first has stored.
    """
    forget_nobody_meanwhile(tx)
    return _Storing(tx, import_id, changes_in).store(entries)


class _Storing:
    """One batch on its way: what it found, and the rows it will insert."""

    def __init__(self, tx: Tx, import_id: str | None, changes_in: Container[str] | None) -> None:
        self.tx, self.import_id, self.changes_in = tx, import_id, changes_in
        self.stored = Stored()
        self.now = stamp(tx.now, tx.dialect)
        self.people: dict[str, list[Known]] = {}  # number id -> who was stored with it
        self.first: dict[str, Entry] = {}  # number id -> who came with it in this batch
        self.cases: dict[str, str] = {}
        self.contacts: dict[str, tuple[Any, ...]] = {}
        self.changes: list[tuple[str, dict[str, Any]]] = []  # of people who are known
        self.links: list[tuple[str, str, int]] = []
        self.terms: list[tuple[str, int]] = []

    def store(self, entries: Sequence[Said]) -> Stored:
        tx, stored = self.tx, self.stored
        new_numbers = _know_numbers(tx, entries, stored)
        self.cases = _store_cases(tx, entries, self.now)
        self.people = people_with(tx, list(stored.known_numbers))
        tx.insert_rows(phone_number, NUMBER_COLUMNS, new_numbers, lambda: self._sort_out(entries))
        tx.insert_rows(contact, _CONTACT, list(self.contacts.values()))
        tx.insert_rows(contact_number, _LINK, self.links)
        tx.insert_rows(contact_term, TERM_COLUMNS, self.terms)
        for contact_id, changes in self.changes:
            tx.update(contact, contact.c.id == contact_id, **changes)
        return stored

    def _sort_out(self, entries: Sequence[Said]) -> None:
        """Who is new and who is known. Asks the database nothing: it is busy with the numbers."""
        number_of, people, first = self.stored.numbers, self.people, self.first
        for said in entries:
            ids = [number_of[number[1]] for number in said[-1]]
            for number_id in ids:
                if number_id in people or number_id in first:
                    self._meet(Entry._make(said), ids)
                    break
            else:
                self._add(said, ids)

    def _add(self, said: Said, ids: list[str]) -> None:
        """A person nobody shares a number with: nearly every row of a list."""
        line, contact_id, reference, elicited = said[:4]
        self.contacts[contact_id] = (
            contact_id, self.cases[reference] if reference else None, elicited or self.now, *said[AS_STORED],
            self.import_id, line, self.now,
        )  # fmt: skip
        first, links = self.first, self.links
        for rank, number_id in enumerate(ids, 1):
            links.append((contact_id, number_id, rank))
            first[number_id] = said  # type: ignore[assignment]  # made an Entry when somebody asks
        if further := said[_FURTHER]:
            self.terms += [(contact_id, term) for term in further]
        self.stored.contacts[contact_id] = None
        self.stored.by_line[line] = contact_id
        self.stored.new += 1

    def _meet(self, entry: Entry, ids: list[str]) -> None:
        """Somebody has one of these numbers already: the same person, or another of the household."""
        people, stored = self.people, self.stored
        for number_id in ids:
            self._recall(number_id)
        known, likeness = find_person(people, ids, entry)
        if known is None:
            self._add(entry, ids)
            self._recall(ids[0])
            known = people[ids[0]][-1]
        else:
            self._merge(known, entry, likeness, ids)
        if any(other is not known for number_id in ids for other in people.get(number_id, ())):
            stored.shared += 1
            stored.say(entry.line, "shared-number")

    def _recall(self, number_id: str) -> None:
        """Whoever came with this number in this batch, as somebody who is known."""
        said = self.first.pop(number_id, None)
        if said is None:
            return
        entry = Entry._make(said)
        numbers = [self.stored.numbers[number[1]] for number in entry.numbers]
        known = known_from(entry, numbers, self.cases.get(entry.reference), self.tx.now)
        for number in numbers:
            self.first.pop(number, None)
            self.people.setdefault(number, []).append(known)

    def _merge(self, known: Known, entry: Entry, likeness: Likeness, ids: list[str]) -> None:
        stored = self.stored
        again = known.import_id == self.import_id or known.id in stored.contacts
        if likeness == "spelled-differently" or again:
            stored.merged += 1
            same = likeness != "spelled-differently"
            stored.say(entry.line, "same-person-twice" if same else "spelled-differently")
        else:
            stored.known += 1
        stored.contacts[known.id] = None
        stored.by_line[entry.line] = known.id
        if self.changes_in is not None and known.platform not in self.changes_in:
            return
        changes, reasons = merge(known, entry, self.cases.get(entry.reference))
        if self._link(known, ids):
            reasons.append("number-added")
        for reason in reasons:
            if known.new or reason == "birth-year-differs":
                stored.say(entry.line, reason)
            else:
                stored.changes.append((entry.line, known.id, reason))
        stored.changed += not known.new and bool(changes or "number-added" in reasons)
        if changes:
            self._write(known, changes)

    def _link(self, known: Known, ids: list[str]) -> bool:
        """Give a person the numbers they did not have yet, after those they had; whether there was any."""
        added = [number_id for number_id in dict.fromkeys(ids) if number_id not in known.numbers]
        for number_id in added:
            known.numbers.append(number_id)
            self.links.append((known.id, number_id, len(known.numbers)))
            self.people.setdefault(number_id, []).append(known)
        return bool(added)

    def _write(self, known: Known, changes: dict[str, Any]) -> None:
        if "person" in changes:
            changes["person"] = seal_person(self.tx.keyring, known.id, known.person)
        if not known.new:
            self.changes.append((known.id, changes))
            return
        row = dict(zip(_CONTACT, self.contacts[known.id], strict=True)) | changes
        if "elicited_at" in changes:
            row["elicited_at"] = stamp(changes["elicited_at"], self.tx.dialect)
        if changes.get("consent_on"):
            row["consent_on"] = changes["consent_on"].isoformat()
        self.contacts[known.id] = tuple(row.values())


def _know_numbers(tx: Tx, entries: Sequence[Said], stored: Stored) -> list[NumberEntry]:
    """Fill `stored.numbers`; those to insert. The first import of a number decides its synthetic mark."""
    said_of = {number[1]: (said[0], number) for said in reversed(entries) for number in reversed(said[-1])}
    known = _numbers_by_print(tx, list(said_of))
    for fingerprint, found in known.items():
        _meet_number(tx, stored, *said_of.pop(fingerprint), found)
    stored.numbers |= {fingerprint: number[0] for fingerprint, (_, number) in said_of.items()}
    return [number for _, number in said_of.values()]


def _meet_number(
    tx: Tx, stored: Stored, line: int, number: NumberEntry, known: tuple[str, bool, str]
) -> None:
    _, fingerprint, _, _, synthetic, country, kind, _, _ = number
    number_id, was_synthetic, was = known
    stored.numbers[fingerprint] = number_id
    stored.known_numbers.add(number_id)
    if was == "other" != kind:  # only known for having called us: a list says what it is
        tx.update(phone_number, phone_number.c.id == number_id, kind=kind, country=country)
    if was_synthetic and not synthetic:
        stored.say(line, "marked-synthetic-before")


def _numbers_by_print(tx: Tx, prints: Sequence[bytes]) -> dict[bytes, tuple[str, bool, str]]:
    query = "SELECT fingerprint, id, synthetic, kind FROM phone_number WHERE fingerprint"
    return {
        bytes(fingerprint): (number_id, bool(synthetic), kind)
        for fingerprint, number_id, synthetic, kind in tx.among(
            query, prints, lock="ORDER BY id FOR NO KEY UPDATE"
        )
    }


def _store_cases(tx: Tx, entries: Sequence[Said], now: str) -> dict[str, str]:
    """Reference -> case id. A case already known keeps its platform and its date."""
    first: dict[str, Said] = {}
    for said in entries:
        if said[REFERENCE]:
            first.setdefault(said[REFERENCE], said)
    cases = dict(tx.among("SELECT reference, id FROM tracing_case WHERE reference", list(first)))
    fresh: list[tuple[Any, ...]] = []
    for reference, plain in first.items():
        if reference in cases:
            continue
        said = Entry._make(plain)
        cases[reference] = tx.new_id("cas")
        fresh.append(
            (
                cases[reference],
                reference,
                plain_reference(reference),
                said.platform,
                said.reported_at or now,
                2,
            )
        )
    tx.insert_rows(tracing_case, _CASE, fresh)
    return cases

"""One batch of read rows into the tables: numbers, cases, people, who shares which number.

Everything is looked up for the whole batch at once and inserted with one statement per table; a batch is one
transaction, so that an import killed half-way leaves whole batches and is finished by running it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from callsvc.contacts.households import Known, find_person, people_with, pieces
from callsvc.contacts.importing import Problem, ReadRow
from callsvc.contacts.importing.fields import folded_name
from callsvc.contacts.importing.matching import Likeness
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.searching.indexing import Row as TermRow
from callsvc.contacts.searching.indexing import rows_of_numbers, rows_of_person, write_terms
from callsvc.contacts.tables import contact, contact_number, phone_number, tracing_case
from callsvc.core.db import Tx
from callsvc.core.france import zone_of_department
from callsvc.core.phone_numbers import Number, zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where people go: platform code -> region code, and what to assume when the list does not say."""

    platforms: Mapping[str, str]
    default_platform: str | None
    language: str
    consent_basis: str
    import_id: str


@dataclass(slots=True)
class Placed:
    """A row that can be stored: its platform and the zone its person lives in."""

    row: ReadRow
    platform: str
    zone: str


@dataclass(slots=True)
class Stored:
    """What a batch did. `contacts` are the ids of every person in it, once each."""

    contacts: dict[str, None] = field(default_factory=dict)
    new: int = 0
    merged: int = 0
    known: int = 0
    shared: int = 0
    numbers: dict[str, str] = field(default_factory=dict)  # E.164 -> number id
    new_numbers: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    suppressions: int = 0
    for_campaign: int = 0

    def say(self, row: ReadRow, reason: str) -> None:
        """Add something to say about a row that was kept."""
        self.problems.append(Problem(row.line, "", "", reason))


def place(row: ReadRow, placing: Placing) -> Placed | Problem:
    """The platform and the clock of a row, or why it cannot be stored."""
    department = row.values.department
    platform = department if department in placing.platforms else placing.default_platform
    if platform is None:
        reason = "department-needed" if department is None else "platform-unknown"
        return Problem(row.line, "", department or "", reason, refused=True)
    zone = zone_of_department(department) or zone_of(e164=row.numbers[0].e164)
    if zone is None:
        return Problem(row.line, "", row.numbers[0].raw, "zone-unknown", refused=True)
    return Placed(row, platform, zone)


def store_batch(tx: Tx, batch: Sequence[Placed], placing: Placing) -> Stored:
    """Store a batch of placed rows; the same rows again change nothing.

    Two imports at once may both find a person new: the second then fails on a unique key (IntegrityError) and
    the caller runs the batch again.
    """
    stored = Stored()
    _store_numbers(tx, batch, stored)
    cases = _store_cases(tx, batch)
    people = people_with(tx, [id for id in stored.numbers.values() if id not in stored.new_numbers])
    inserts: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    terms: list[TermRow] = []
    touched: dict[str, Known] = {}
    for placed in batch:
        row = placed.row
        numbers = [stored.numbers[number.e164] for number in row.numbers]
        known, likeness = find_person(people, numbers, row)
        if known is None:
            known = _new_person(tx, placed)
            inserts.append(_contact_row(tx, placed, known, placing, cases.get(row.values.reference)))
            e164s = [number.e164 for number in row.numbers]
            terms += rows_of_person(tx.keyring, known.id, known.person, e164s, row.values.reference)
            stored.new += 1
        else:
            _merge(stored, row, known, likeness, placing.import_id)
            had = set(known.numbers)
            more = [number.e164 for number in row.numbers if stored.numbers[number.e164] not in had]
            terms += rows_of_numbers(tx.keyring, known.id, more)
        if any(other is not known for number in numbers for other in people.get(number, ())):
            stored.shared += 1
            stored.say(row, "shared-number")
        _link(known, numbers, people, links)
        stored.contacts[known.id] = None
        touched[known.id] = known
    _write(tx, inserts, links, touched)
    write_terms(tx, terms)
    return stored


def _store_numbers(tx: Tx, batch: Sequence[Placed], stored: Stored) -> None:
    """Fill `stored.numbers`. The first import of a number decides its synthetic mark."""
    prints = {
        number.e164: tx.keyring.fingerprint(number.e164) for placed in batch for number in placed.row.numbers
    }
    known = _numbers_by_print(tx, list(prints.values()))
    fresh: list[dict[str, Any]] = []
    for placed in batch:
        for number in placed.row.numbers:
            fingerprint = prints[number.e164]
            if fingerprint in known:
                number_id, synthetic, kind = known[fingerprint]
                if kind == "other" != number.kind:
                    _classify(tx, number_id, number)
                if synthetic and not number.synthetic:
                    stored.say(placed.row, "marked-synthetic-before")
            else:
                number_id = tx.new_id("num")
                known[fingerprint] = (number_id, number.synthetic, number.kind)
                stored.new_numbers.add(number_id)
                fresh.append(_number_row(tx, number_id, fingerprint, number, placed))
            stored.numbers[number.e164] = number_id
    if fresh:
        tx.execute(phone_number.insert(), fresh)


def _classify(tx: Tx, number_id: str, number: Number) -> None:
    """A number that was only known for having called us: a list says what it is."""
    tx.update(phone_number, phone_number.c.id == number_id, kind=number.kind, country=number.territory)


def _number_row(tx: Tx, number_id: str, fingerprint: bytes, number: Number, placed: Placed) -> dict[str, Any]:
    return {
        "id": number_id,
        "fingerprint": fingerprint,
        "ciphertext": tx.keyring.encrypt(number.e164, f"phone_number:{fingerprint.hex()}"),
        "key_version": tx.keyring.version,
        "synthetic": number.synthetic,
        "country": number.territory,
        "kind": number.kind,
        "zone": zone_of(territory=number.territory) or zone_of(e164=number.e164) or placed.zone,
    }


def _numbers_by_print(tx: Tx, prints: Sequence[bytes]) -> dict[bytes, tuple[str, bool, str]]:
    columns = (
        phone_number.c.fingerprint,
        phone_number.c.id,
        phone_number.c.synthetic,
        phone_number.c.kind,
    )
    return {
        bytes(row.fingerprint): (row.id, row.synthetic, row.kind)
        for some in pieces(prints)
        for row in tx.all(sa.select(*columns).where(phone_number.c.fingerprint.in_(some)))
    }


def _store_cases(tx: Tx, batch: Sequence[Placed]) -> dict[str, str]:
    """Reference -> case id. A case already known keeps its platform and its date."""
    first: dict[str, Placed] = {}
    for placed in batch:
        if placed.row.values.reference:
            first.setdefault(placed.row.values.reference, placed)
    cases = {
        row.reference: row.id
        for some in pieces(list(first))
        for row in tx.all(
            sa.select(tracing_case.c.reference, tracing_case.c.id).where(tracing_case.c.reference.in_(some))
        )
    }
    fresh: list[dict[str, Any]] = []
    for reference, placed in first.items():
        if reference not in cases:
            cases[reference] = tx.new_id("cas")
            fresh.append(
                {
                    "id": cases[reference],
                    "reference": reference,
                    "platform_code": placed.platform,
                    "reported_at": _instant(placed, tx.now),
                    "level": 2,
                }
            )
    if fresh:
        tx.execute(tracing_case.insert(), fresh)
    return cases


def _instant(placed: Placed, now: datetime) -> datetime:
    """When the person was reported, by the clock where they live; the time of import when nobody said."""
    local = placed.row.values.reported_at
    return local.replace(tzinfo=ZoneInfo(placed.zone)).astimezone(UTC) if local else now


def _new_person(tx: Tx, placed: Placed) -> Known:
    values = placed.row.values
    person = Person(
        first_name=values.first_name,
        last_name=values.last_name,
        birth_year=values.birth_year,
        postcode=values.postcode or "",
    )
    return Known(tx.new_id("ctc"), person, values.fragility, [], new=True)


def _contact_row(
    tx: Tx, placed: Placed, known: Known, placing: Placing, case_id: str | None
) -> dict[str, Any]:
    values = placed.row.values
    name = folded_name(values.first_name, values.last_name)
    return {
        "id": known.id,
        "fingerprint": tx.keyring.fingerprint(f"{placed.row.numbers[0].e164}|{name}"),
        "case_id": case_id,
        "platform_code": placed.platform,
        "region_code": placing.platforms[placed.platform],
        "language": values.language or placing.language,
        "zone": placed.zone,
        "department": values.department or "",
        "elicited_at": _instant(placed, tx.now),
        "consent_basis": "consent" if values.consent else placing.consent_basis,
        "import_id": placing.import_id,
        "import_line": placed.row.line,
        "created_at": tx.now,
    }


def _merge(stored: Stored, row: ReadRow, known: Known, likeness: Likeness, import_id: str) -> None:
    """Say what was merged, and fill what was not known before; nothing known is overwritten."""
    values, person = row.values, known.person
    if likeness == "spelled-differently" or import_id == known.import_id or known.id in stored.contacts:
        stored.merged += 1
        stored.say(row, "spelled-differently" if likeness == "spelled-differently" else "same-person-twice")
    else:
        stored.known += 1
    before = (dict(person), known.fragility)
    if person["birth_year"] and values.birth_year and person["birth_year"] != values.birth_year:
        stored.say(row, "birth-year-differs")
    person["birth_year"] = person["birth_year"] or values.birth_year
    person["postcode"] = person["postcode"] or values.postcode or ""
    known.fragility = max(known.fragility, values.fragility)
    known.changed |= before != (person, known.fragility)


def _link(
    known: Known, numbers: Sequence[str], people: dict[str, list[Known]], links: list[dict[str, Any]]
) -> None:
    """Give a person the numbers they did not have yet, after those they had."""
    for number_id in numbers:
        if number_id not in known.numbers:
            known.numbers.append(number_id)
            links.append({"contact_id": known.id, "number_id": number_id, "rank": len(known.numbers)})
            people.setdefault(number_id, []).append(known)


def _write(
    tx: Tx, inserts: Sequence[dict[str, Any]], links: Sequence[dict[str, Any]], people: Mapping[str, Known]
) -> None:
    rows = [
        {
            **row,
            "person": seal_person(tx.keyring, row["id"], people[row["id"]].person),
            "fragility": people[row["id"]].fragility,
        }
        for row in inserts
    ]
    if rows:
        tx.execute(contact.insert(), rows)
    if links:
        tx.execute(contact_number.insert(), links)
    for known in people.values():
        if known.changed and not known.new:
            sealed = seal_person(tx.keyring, known.id, known.person)
            tx.update(contact, contact.c.id == known.id, person=sealed, fragility=known.fragility)

"""Rows as they were read to entries as they are stored: placed, encrypted, told. Touches no database.

Everything that does not need to know who is stored already happens here, so that it can happen in a process
of its own, while another one writes.
"""

import io
import json
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from callsvc.contacts.entries import Batch, NumberEntry, Opposed, Said
from callsvc.contacts.importing import ContactList, ImportReport, Problem, ReadRow, RejectsWriter
from callsvc.contacts.searching.terms import LONGEST_TAIL, name_terms, tail_term
from callsvc.core.bulk import stamp
from callsvc.core.france import ZONES, zone_of_department
from callsvc.core.keyring import Keyring
from callsvc.core.phone_numbers import Number, zone_of

PEOPLE: Final = {"sqlite": 2000, "postgresql": 4000}
"""In one transaction: with more of them a page of an index is written once for many, with fewer a webhook
that writes to the same SQLite file waits less (now about a tenth of a second); in PostgreSQL none waits."""

LENGTH: Final = struct.Struct(">I")
"""What stands before a batch that one process sends to another: its length in bytes."""

_AT_ONCE: Final = 200
"""Rows that go through one step before the next step begins: few enough to stay in the processor's cache,
many enough that what a step needs stays there too."""

_LINES: Final = 8000
"""Lines of one batch, when hardly any of them is a person's."""

_T = TypeVar("_T")

_encoded: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where people go: platform code -> region code, and what to assume when the list does not say."""

    platforms: Mapping[str, str]
    default_platform: str | None
    language: str
    consent_basis: str
    consent_on: str | None
    import_id: str
    dialect: str


class Preparer:
    """Prepares one list. `some_ids(kind, count)` makes ids, so many `at_once`."""

    def __init__(
        self,
        rows: ContactList,
        placing: Placing,
        keyring: Keyring,
        some_ids: Callable[[str, int], list[str]],
        at_once: int = 1,
    ) -> None:
        self._rows, self._placing = rows, placing
        self._entry = EntryMaker(placing, keyring, some_ids, at_once).entry

    def batches(self, after: int = 0, *, size: int | None = None) -> Iterator[Batch]:
        """Batches of the lines after `after`, which are done; of as many people as suit the database."""
        size = size or PEOPLE[self._placing.dialect]
        entries: list[Said] = []
        opposed: list[Opposed] = []
        report, rejects = ImportReport(), io.StringIO()
        writer = RejectsWriter(rejects, self._rows.header)
        source, lines, line = iter(self._rows.below(after)), 0, after
        while rows := list(islice(source, min(_AT_ONCE, size))):
            entries += self._entries(rows, opposed, report)
            for row in rows:
                report.count(row)
                if row.problems:
                    writer.write(row)
            line, lines = rows[-1].line, lines + len(rows)
            if len(entries) >= size or lines >= _LINES:
                yield Batch(line, report.tally(), rejects.getvalue(), entries, opposed)
                entries, opposed, lines, report = [], [], 0, ImportReport()
                rejects.seek(0)
                rejects.truncate()
        if lines:
            yield Batch(line, report.tally(), rejects.getvalue(), entries, opposed)

    def _entries(self, rows: list[ReadRow], opposed: list[Opposed], report: ImportReport) -> list[Said]:
        placed: list[tuple[ReadRow, str, str]] = []
        for row in rows:
            if not row.kept:
                continue
            found = place(row, self._placing)
            if isinstance(found, Problem):
                row.problems.append(found)
                row.kept = False
                if row.values.opposition:
                    opposed.append((row.line, tuple(tuple(number) for number in row.numbers)))
                continue
            placed.append((row, *found))
            report.numbers += len(row.numbers)
        entry = self._entry
        return [entry(*one) for one in placed]


class EntryMaker:
    """Makes entries of placed rows. `some_ids(kind, count)` makes ids, so many `at_once`."""

    def __init__(
        self,
        placing: Placing,
        keyring: Keyring,
        some_ids: Callable[[str, int], list[str]],
        at_once: int = 1,
    ) -> None:
        self._placing, self._keyring = placing, keyring
        self._contact_ids = _supply(lambda: some_ids("ctc", at_once))
        self._number_ids = _supply(lambda: some_ids("num", at_once))
        self._nonces = _supply(lambda: _nonces(at_once))
        self._tails: dict[str, int] = {}

    def entry(self, row: ReadRow, platform: str, zone: str) -> Said:
        """A row with its platform and its zone, as it is stored."""
        values, placing, keyring = row.values, self._placing, self._keyring
        contact_id = next(self._contact_ids)
        first_name, last_name, birth_year = values.first_name, values.last_name, values.birth_year
        postcode = values.postcode or ""
        person = (
            f'{{"first_name":{_quoted(first_name)},"last_name":{_quoted(last_name)},'
            f'"birth_year":{birth_year or "null"},"postcode":"{postcode}"}}'
        )
        reported = _stamp(values.reported_at, zone, placing.dialect) if values.reported_at else ""
        elicited = _stamp(values.elicited_at, zone, placing.dialect) if values.elicited_at else reported
        last_term, first_term, further_terms = name_terms(keyring, first_name, last_name)
        return (
            row.line,
            contact_id,
            values.reference,
            elicited,
            platform,
            placing.platforms[platform],
            keyring.encrypt_bytes(person.encode(), f"contact:{contact_id}", next(self._nonces)),
            values.language or placing.language,
            zone,
            values.department or "",
            values.fragility,
            values.priority,
            "consent" if values.consent else values.consent_basis or placing.consent_basis,
            values.consent_on.isoformat() if values.consent_on else placing.consent_on,
            last_term,
            first_term,
            further_terms,
            first_name,
            last_name,
            birth_year,
            postcode,
            reported,
            values.opposition,
            tuple([self._number(number, zone) for number in row.numbers]),
        )

    def _number(self, number: Number, zone: str) -> NumberEntry:
        keyring, e164, territory = self._keyring, number.e164, number.territory
        fingerprint = keyring.fingerprint(e164)
        tail = self._tails.get(e164[-LONGEST_TAIL:])
        if tail is None:
            tail = self._tails[e164[-LONGEST_TAIL:]] = tail_term(keyring, e164)
        return (
            next(self._number_ids),
            fingerprint,
            keyring.encrypt_bytes(e164.encode(), f"phone_number:{fingerprint.hex()}", next(self._nonces)),
            keyring.version,
            number.synthetic,
            territory,
            number.kind,
            ZONES.get(territory) or zone_of(e164=e164) or zone,
            tail,
        )


def _supply(some: Callable[[], list[_T]]) -> Iterator[_T]:
    """Forever what `some` makes, one by one."""
    while True:
        yield from some()


def _nonces(count: int) -> list[bytes]:
    chance = os.urandom(12 * count)
    return [chance[start : start + 12] for start in range(0, len(chance), 12)]


def place(row: ReadRow, placing: Placing) -> tuple[str, str] | Problem:
    """The platform and the clock of a row, or why it cannot be stored."""
    department = row.values.department
    platform = department if department in placing.platforms else placing.default_platform
    if platform is None:
        reason = "department-needed" if department is None else "platform-unknown"
        return Problem(row.line, "", department or "", reason, refused=True)
    zone = zone_of_department(department) or zone_of(e164=row.numbers[0].e164)
    if zone is None:
        return Problem(row.line, "", row.numbers[0].raw, "zone-unknown", refused=True)
    return platform, zone


@lru_cache(maxsize=50_000)
def _quoted(name: str) -> str:
    """A name as JSON; names repeat."""
    return _encoded(name)


@lru_cache(maxsize=50_000)
def _stamp(local: datetime, zone: str, dialect: str) -> str:
    return stamp(local.replace(tzinfo=_zone(zone)).astimezone(UTC), dialect)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

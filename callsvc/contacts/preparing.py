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
from typing import Final
from zoneinfo import ZoneInfo

from callsvc.contacts.entries import Batch, NumberEntry, Opposed, Said
from callsvc.contacts.importing import ContactList, ImportReport, Problem, ReadRow, RejectsWriter
from callsvc.contacts.importing.fields import bare
from callsvc.contacts.searching.terms import name_terms, tail_term
from callsvc.core.bulk import stamp
from callsvc.core.france import ZONES, zone_of_department
from callsvc.core.keyring import Keyring
from callsvc.core.phone_numbers import Number, zone_of

BATCH: Final = 2000
"""People in one transaction: with more of them a page of an index is written once for many, with fewer a
webhook that writes to the same SQLite file waits less (now about a tenth of a second)."""

LENGTH: Final = struct.Struct(">I")
"""What stands before a batch that one process sends to another: its length in bytes."""

_LINES: Final = 5000
"""Lines of one batch, when hardly any of them is a person's."""

_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


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
    """Prepares one list. `some_ids(kind, count)` makes ids."""

    def __init__(
        self, rows: ContactList, placing: Placing, keyring: Keyring, some_ids: Callable[[str, int], list[str]]
    ) -> None:
        self._rows, self._placing = rows, placing
        self._entries = EntryMaker(placing, keyring, some_ids).entries

    def batches(self, after: int = 0, *, size: int = BATCH) -> Iterator[Batch]:
        """Batches of the lines after `after`, which are done already."""
        kept: list[tuple[ReadRow, str, str]] = []
        opposed: list[Opposed] = []
        report, rejects = ImportReport(), io.StringIO()
        writer = RejectsWriter(rejects, self._rows.header)
        lines, line = 0, after
        for row in self._rows.below(after):
            self._sort(row, kept, opposed, report)
            report.count(row)
            if row.problems:
                writer.write(row)
            line, lines = row.line, lines + 1
            if len(kept) >= size or lines >= _LINES:
                yield Batch(line, report.tally(), rejects.getvalue(), self._entries(kept), opposed)
                kept, opposed, lines, report = [], [], 0, ImportReport()
                rejects.seek(0)
                rejects.truncate()
        if lines:
            yield Batch(line, report.tally(), rejects.getvalue(), self._entries(kept), opposed)

    def _sort(
        self,
        row: ReadRow,
        kept: list[tuple[ReadRow, str, str]],
        opposed: list[Opposed],
        report: ImportReport,
    ) -> None:
        if not row.kept:
            return
        found = place(row, self._placing)
        if isinstance(found, Problem):
            row.problems.append(found)
            row.kept = False
            if row.values.opposition:
                opposed.append((row.line, tuple(tuple(number) for number in row.numbers)))
            return
        kept.append((row, *found))
        report.numbers += len(row.numbers)


class EntryMaker:
    """Makes entries of placed rows. `some_ids(kind, count)` makes ids."""

    def __init__(self, placing: Placing, keyring: Keyring, some_ids: Callable[[str, int], list[str]]) -> None:
        self._placing, self._keyring, self._some_ids = placing, keyring, some_ids
        self._nonces: Iterator[bytes] = iter(())

    def entries(self, kept: list[tuple[ReadRow, str, str]]) -> list[Said]:
        """An entry for each row with its platform and its zone."""
        many = sum([len(row.numbers) for row, _, _ in kept])
        contacts = iter(self._some_ids("ctc", len(kept)))
        numbers = iter(self._some_ids("num", many))
        chance = os.urandom(12 * (len(kept) + many))
        self._nonces = iter([chance[start : start + 12] for start in range(0, len(chance), 12)])
        return [
            self._entry(row, platform, zone, contact_id, numbers)
            for (row, platform, zone), contact_id in zip(kept, contacts, strict=True)
        ]

    def _entry(self, row: ReadRow, platform: str, zone: str, contact_id: str, ids: Iterator[str]) -> Said:
        values, placing, keyring = row.values, self._placing, self._keyring
        postcode = values.postcode or ""
        birth = "null" if values.birth_year is None else values.birth_year
        person = (
            f'{{"first_name":{_quoted(values.first_name)},"last_name":{_quoted(values.last_name)},'
            f'"birth_year":{birth},"postcode":"{postcode}"}}'
        )
        name = folded(values.first_name, values.last_name)
        reported = _stamp(values.reported_at, zone, placing.dialect) if values.reported_at else ""
        elicited = _stamp(values.elicited_at, zone, placing.dialect) if values.elicited_at else reported
        basis = "consent" if values.consent else values.consent_basis or placing.consent_basis
        return (
            row.line,
            contact_id,
            keyring.fingerprint(f"{row.numbers[0].e164}|{name}"),
            keyring.encrypt_bytes(person.encode(), f"contact:{contact_id}", next(self._nonces)),
            values.first_name,
            values.last_name,
            values.birth_year,
            postcode,
            platform,
            placing.platforms[platform],
            zone,
            values.department or "",
            values.language or placing.language,
            values.fragility,
            values.priority,
            values.reference,
            reported,
            elicited,
            basis,
            values.consent_on.isoformat() if values.consent_on else placing.consent_on,
            values.opposition,
            *name_terms(keyring, values.first_name, values.last_name),
            tuple([self._number(number, next(ids), zone) for number in row.numbers]),
        )

    def _number(self, number: Number, number_id: str, zone: str) -> NumberEntry:
        keyring, territory = self._keyring, number.territory
        fingerprint = keyring.fingerprint(number.e164)
        return (
            fingerprint,
            number_id,
            keyring.encrypt_bytes(
                number.e164.encode(), f"phone_number:{fingerprint.hex()}", next(self._nonces)
            ),
            number.synthetic,
            territory,
            number.kind,
            ZONES.get(territory) or zone_of(e164=number.e164) or zone,
            tail_term(keyring, number.e164),
        )


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
def _words(name: str) -> tuple[str, ...]:
    return tuple(bare(name).split())


def folded(first_name: str, last_name: str) -> str:
    """A name for comparison, as `importing.fields.folded_name`; names repeat, so each is folded once."""
    return " ".join(sorted(_words(first_name) + _words(last_name)))


@lru_cache(maxsize=50_000)
def _stamp(local: datetime, zone: str, dialect: str) -> str:
    return stamp(local.replace(tzinfo=_zone(zone)).astimezone(UTC), dialect)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

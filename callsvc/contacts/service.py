"""Importing a contact list: read as a stream, stored in batches, safe to run again at any moment."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from callsvc.contacts.importing import (
    ContactList,
    ImportReport,
    ReadOptions,
    ReadRow,
    RejectsWriter,
    read_list,
)
from callsvc.contacts.importing.events import ContactsImported
from callsvc.contacts.importing.header import read_mapping
from callsvc.contacts.opposing import store_oppositions
from callsvc.contacts.storing import Placed, Placing, Stored, place, store_batch
from callsvc.contacts.suppressions import live_suppressions, suppress
from callsvc.contacts.tables import contact_import
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, Unavailable
from callsvc.runtime import Runtime

BATCH: Final = 500
"""Rows per transaction: long enough to be quick, short enough that a webhook waits milliseconds."""

# Slices side by side do not import one another; like the foreign keys of tables.py, this names what it needs.
_platform = sa.table("platform", sa.column("code"), sa.column("region_code"))

_DEADLINE: Final = timedelta(minutes=10)  # machine time; pushed back by every batch
_TRIES: Final = 3  # of a batch that met another import storing the same people


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """What the administrator asked for.

    `mapping` holds "column=field" texts; `synthetic` marks every number of the file; `platform` takes people
    whose department is unknown or has no platform; `countries` are ISO codes (the setting's when empty);
    `rejects` is where refused cells are written; `dry_run` reads and reports but stores nothing.
    """

    source: str = ""
    campaign: str | None = None
    mapping: Sequence[str] = ()
    synthetic: bool = False
    platform: str | None = None
    language: str = "fr"
    consent_basis: str = "public-interest"
    countries: Sequence[str] = ()
    rejects: Path | None = None
    dry_run: bool = False


@dataclass(slots=True)
class Batch:
    """Rows of one transaction: those that are stored, and the oppositions of rows that cannot be."""

    placed: list[Placed] = field(default_factory=list)
    opposed: list[ReadRow] = field(default_factory=list)
    line: int = 0  # of the file, so far

    def __len__(self) -> int:
        return len(self.placed) + len(self.opposed)


def import_contacts(
    rt: Runtime,
    path: Path,
    *,
    source: str = "",
    into_campaign: str | None = None,
    mapping: Sequence[str] = (),
    synthetic: bool = False,
    default_platform: str | None = None,
    language: str = "fr",
    consent_basis: str = "public-interest",
    countries: Sequence[str] = (),
    rejects: Path | None = None,
    dry_run: bool = False,
    begun: Callable[[ImportReport], None] = lambda _report: None,
) -> ImportReport:
    """Import a list and say what was done with each row; the arguments are `ImportWish`'s.

    `begun` is told once the import has its id. The same file with the same wishes changes nothing the second
    time (status `unchanged`); an import that died is finished by running it again. Raises Invalid (all that
    `read_list` raises, `mapping-...`, `platform-unknown`, `fiction-number` when `synthetic` meets a real
    carrier), Conflict (`import-running`). Example: `import_contacts(rt, Path("liste.csv"))`.
    """
    wish = ImportWish(
        source=source or path.name,
        campaign=into_campaign,
        mapping=mapping,
        synthetic=synthetic,
        platform=default_platform,
        language=language,
        consent_basis=consent_basis,
        countries=countries,
        rejects=rejects,
        dry_run=dry_run,
    )
    _check(rt, wish)
    with read_list(path, _options(rt, wish)) as rows:
        report = ImportReport(source=wish.source)
        report.opened(rows.layout, rows.header)
        _begin(rt, wish, rows, report)
        begun(report)
        try:
            _run(rt, wish, rows, report)
        except BaseException:
            _end(rt, report, "failed")
            raise
        _end(rt, report, "completed")
    return report


def _check(rt: Runtime, wish: ImportWish) -> None:
    if wish.synthetic and not rt.settings.carrier_is_loopback:
        raise Invalid(
            "fiction-number", "Synthetic numbers are accepted only with the simulator: remove --synthetic."
        )
    if wish.campaign and not wish.dry_run and not rt.db.reactions.get(ContactsImported):
        raise Unavailable(
            "campaigns-absent", "No campaign can be filled: this process does not run campaigns."
        )


def _options(rt: Runtime, wish: ImportWish) -> ReadOptions:
    countries = wish.countries or rt.settings.callsvc_countries.split(",")
    return ReadOptions(
        today=rt.clock.now().date(),
        mapping=read_mapping(wish.mapping),
        fiction_allowed=rt.settings.carrier_is_loopback,
        synthetic=wish.synthetic,
        countries=frozenset(code.strip().upper() for code in countries),
    )


def _hash(wish: ImportWish, sha256: str) -> str:
    """What makes an import the same: the bytes of the file and every wish that changes its effect."""
    parts = (
        *(sha256, wish.campaign or "", "|".join(sorted(wish.mapping)), str(wish.synthetic)),
        *(wish.platform or "", wish.language, wish.consent_basis, ",".join(sorted(wish.countries))),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _begin(rt: Runtime, wish: ImportWish, rows: ContactList, report: ImportReport) -> None:
    """Open the import's row, or find that the same import was completed (`unchanged`) or is running."""
    if wish.dry_run:
        report.status = "previewed"
        return
    file_hash = _hash(wish, rows.layout.sha256)
    with rt.db.begin() as tx:
        for row in tx.all(sa.select(contact_import).where(contact_import.c.file_hash == file_hash)):
            if row.status == "completed":
                report.import_id, report.status = row.id, "unchanged"
                return
            if row.status == "running" and row.deadline_machine_at > tx.machine_now:
                raise Conflict(
                    "import-running", f"This file is being imported already ({row.id}): wait for its end."
                )
        report.import_id = tx.new_id("imp")
        tx.insert(
            contact_import,
            id=report.import_id,
            source=wish.source[:120],
            file_hash=file_hash,
            status="running",
            lines_done=0,
            report={},
            started_at=tx.now,
            deadline_machine_at=tx.machine_now + _DEADLINE,
        )


def _end(rt: Runtime, report: ImportReport, status: str) -> None:
    if report.status != "running":
        return
    report.status = status
    with rt.db.begin() as tx:
        tx.update(
            contact_import,
            contact_import.c.id == report.import_id,
            status=status,
            report=report.as_dict(cells=False),
            ended_at=tx.now,
        )


def _run(rt: Runtime, wish: ImportWish, rows: ContactList, report: ImportReport) -> None:
    placing = _placing(rt, wish, report)
    store = report.status == "running"
    with ExitStack() as stack:
        writer = stack.enter_context(RejectsWriter(wish.rejects, rows.header)) if wish.rejects else None
        for batch in _batches(rows, placing, report, writer):
            if store:
                _count(report, _store(rt, wish, batch, placing))


def _placing(rt: Runtime, wish: ImportWish, report: ImportReport) -> Placing:
    with rt.db.read() as tx:
        known = {row.code: row.region_code for row in tx.all(sa.select(_platform))}
    if wish.platform is not None and wish.platform not in known:
        raise Invalid("platform-unknown", f"No platform is called {wish.platform!r}: create it first.")
    return Placing(
        platforms=known,
        default_platform=wish.platform,
        language=wish.language,
        consent_basis=wish.consent_basis,
        import_id=report.import_id,
    )


def _batches(
    rows: ContactList, placing: Placing, report: ImportReport, writer: RejectsWriter | None
) -> Iterator[Batch]:
    """What is to be stored, in batches; everything else is counted and written on the way."""
    batch = Batch()
    for row in rows:
        if row.kept:
            found = place(row, placing)
            if isinstance(found, Placed):
                batch.placed.append(found)
                report.numbers += len(row.numbers)
            else:
                row.problems.append(found)
                row.kept = False
                if row.values.opposition:
                    batch.opposed.append(row)
            batch.line = row.line
        report.count(row)
        if writer is not None:
            writer.write(row)
        if len(batch) == BATCH:
            yield batch
            batch = Batch()
    if batch:
        yield batch


def _store(rt: Runtime, wish: ImportWish, batch: Batch, placing: Placing) -> Stored:
    for last_try in (*[False] * (_TRIES - 1), True):
        try:
            with rt.db.begin() as tx:
                return _store_in(tx, wish, batch, placing)
        except IntegrityError:  # another import stored the same people meanwhile; now they are found
            if last_try:
                raise
    raise AssertionError("unreachable")


def _store_in(tx: Tx, wish: ImportWish, batch: Batch, placing: Placing) -> Stored:
    stored = store_batch(tx, batch.placed, placing)
    old = [number_id for number_id in stored.numbers.values() if number_id not in stored.new_numbers]
    held = live_suppressions(tx, old)
    for placed in batch.placed:
        row = placed.row
        ids = [stored.numbers[number.e164] for number in row.numbers]
        if any(number_id in held for number_id in ids):
            stored.say(row, "already-suppressed")
        if row.values.opposition:
            evidence = f"{placing.import_id}:{row.line}"
            for number_id in ids:
                stored.suppressions += suppress(tx, number_id, "all", source="import", evidence=evidence)
    stored.suppressions += store_oppositions(tx, batch.opposed, placing.import_id)
    if wish.campaign and stored.contacts:
        tx.emit(
            ContactsImported(
                import_id=placing.import_id, campaign_id=wish.campaign, contact_ids=tuple(stored.contacts)
            )
        )
        stored.for_campaign = len(stored.contacts)
    tx.update(
        contact_import,
        contact_import.c.id == placing.import_id,
        lines_done=batch.line,
        deadline_machine_at=tx.machine_now + _DEADLINE,
    )
    return stored


def _count(report: ImportReport, stored: Stored) -> None:
    report.contacts_new += stored.new
    report.contacts_merged += stored.merged
    report.contacts_known += stored.known
    report.shared_numbers += stored.shared
    report.suppressions_new += stored.suppressions
    report.for_campaign += stored.for_campaign
    for problem in stored.problems:
        report.note(problem)
        report.suppressed_already += problem.reason == "already-suppressed"

"""Importing a list from a file of this machine: read as a stream, stored in batches, safe to run again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from callsvc.contacts.entries import Batch
from callsvc.contacts.importing import ImportReport, read_list
from callsvc.contacts.importing.sources import FileSource
from callsvc.contacts.importing_run import (
    DEADLINE,
    Stopped,
    Work,
    end_import,
    read_only,
    rejects_head,
    run_batches,
)
from callsvc.contacts.importing_wish import ImportWish, options_of, placing_of, platforms_known, refuse_wish
from callsvc.contacts.preparing_apart import Reading, prepared
from callsvc.contacts.proposing import remember
from callsvc.contacts.tables import contact_import
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.runtime import Runtime

__all__ = ["ImportWish", "import_contacts", "open_import"]


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
    consent_on: date | None = None,
    countries: Sequence[str] = (),
    rejects: Path | None = None,
    dry_run: bool = False,
    begun: Callable[[ImportReport], None] = lambda _report: None,
) -> ImportReport:
    """Import a list and say what was done with each row; the arguments are `ImportWish`'s.

    `begun` is told once the import has its id. The same file with the same wishes changes nothing the second
    time (status `unchanged`); an import that died is finished by running it again; one that is canceled
    meanwhile ends as `canceled`. `rejects` is where refused cells are written; `dry_run` reads and reports
    but stores nothing. Raises Invalid (all that `read_list` raises, `mapping-...`, `platform-unknown`,
    `fiction-number` when `synthetic` meets a real carrier), Conflict (`import-running`).
    Example: `import_contacts(rt, Path("liste.csv"))`.
    """
    wish = ImportWish(
        source=source or path.name,
        campaign=into_campaign,
        mapping=mapping,
        synthetic=synthetic,
        platform=default_platform,
        language=language,
        consent_basis=consent_basis,
        consent_on=consent_on,
        countries=countries,
    )
    refuse_wish(rt, wish if not dry_run else ImportWish(synthetic=synthetic))
    options = options_of(rt, wish)
    with read_list(path, options) as rows:
        report = ImportReport(source=wish.source)
        report.opened(rows.layout, rows.header)
        with rt.db.begin() as tx:
            platforms = platforms_known(tx, wish.platform)
            if dry_run:
                report.status = "previewed"
                work = Work(import_id="", worker="", campaign=None, report=report)
            else:
                opened = open_import(tx, wish, rows.layout.sha256, tx.new_id("wrk"))
                report.import_id, report.status = opened.import_id, opened.status
                remember(tx, wish.source, rows.header.columns)
                work = Work(
                    import_id=opened.import_id, worker=opened.worker, campaign=wish.campaign, report=report
                )
        begun(report)
        placing = placing_of(rt, wish, platforms, work.import_id)
        reading = Reading(source=FileSource(path), options=options, placing=placing, size=path.stat().st_size)
        batches = prepared(rt, rows, reading)
        with _rejects_file(rejects, rejects_head(rows.header)) as file:
            _work(rt, work, batches, file)
    return work.report


def _work(rt: Runtime, work: Work, batches: Iterator[Batch], file: TextIO | None) -> None:
    if work.report.status != "running":
        read_only(batches, work.report, file)
        return
    try:
        run_batches(rt, work, batches, file)
    except Stopped:
        work.report.status = end_import(rt, work, "canceled")
    except BaseException:
        end_import(rt, work, "failed")
        raise
    else:
        work.report.status = end_import(rt, work, "completed")


@contextmanager
def _rejects_file(path: Path | None, head: str) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        yield file


@dataclass(frozen=True, slots=True)
class Opened:
    """An import's row: just made (`running`), or found with everything done (`unchanged`)."""

    import_id: str
    status: str
    worker: str


def open_import(tx: Tx, wish: ImportWish, sha256: str, worker: str, **more: object) -> Opened:
    """Open an import's row; `worker` holds it, empty while nobody does.

    Raises Conflict `import-running` when this very list is being imported.
    """
    file_hash = wish.hash(sha256)
    for row in tx.all(sa.select(contact_import).where(contact_import.c.file_hash == file_hash)):
        if row.status == "completed":
            return Opened(row.id, "unchanged", "")
        if row.status == "running" and row.deadline_machine_at > tx.machine_now:
            raise Conflict(
                "import-running",
                f"This file is being imported already ({row.id}): wait for its end.",
                import_id=row.id,
            )
    import_id = tx.new_id("imp")
    tx.insert(
        contact_import,
        id=import_id,
        source=wish.source[:120],
        file_hash=file_hash,
        status="running",
        lines_done=0,
        report={},
        wish=wish.as_json(),
        started_at=tx.now,
        deadline_machine_at=tx.machine_now + DEADLINE,
        worker=worker,
        **more,
    )
    return Opened(import_id, "running", worker)

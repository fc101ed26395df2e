"""Importing a list from a file of this machine: read as a stream, stored in batches, safe to run again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO, TypedDict, Unpack

import sqlalchemy as sa

from callsvc.contacts.entries import Batch
from callsvc.contacts.importing import ImportReport, read_list
from callsvc.contacts.importing.lists import ContactList
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


class Wishes(TypedDict, total=False):
    """``ImportWish`` as the arguments of a call."""

    source: str
    into_campaign: str | None
    mapping: Sequence[str]
    synthetic: bool
    default_platform: str | None
    language: str
    consent_basis: str
    consent_on: date | None
    countries: Sequence[str]


def import_contacts(
    rt: Runtime,
    path: Path,
    *,
    rejects: Path | None = None,
    dry_run: bool = False,
    begun: Callable[[ImportReport], None] = lambda _report: None,
    **wishes: Unpack[Wishes],
) -> ImportReport:
    """Import a list and say what was done with each row.

    `begun` is told once the import has its id. The same file with the same wishes changes nothing the second
    time (status `unchanged`); an import that died is finished by running it again; one that is canceled
    meanwhile ends as `canceled`. `rejects` is where refused cells are written; `dry_run` reads and reports
    but stores nothing. Raises Invalid (all that `read_list` raises, `mapping-...`, `platform-unknown`,
    `fiction-number` when `synthetic` meets a real carrier), Conflict (`import-running`).
    Example: `import_contacts(rt, Path("liste.csv"))`.
    """
    wish = _wish(path, wishes)
    refuse_wish(rt, wish if not dry_run else ImportWish(synthetic=wish.synthetic))
    options = options_of(rt, wish)
    with read_list(path, options) as rows:
        work, platforms = _begin(rt, wish, rows, dry_run=dry_run)
        begun(work.report)
        placing = placing_of(rt, wish, platforms, work.import_id)
        reading = Reading(source=FileSource(path), options=options, placing=placing, size=path.stat().st_size)
        batches = prepared(rt, rows, reading)
        with _rejects_file(rejects, rejects_head(rows.header)) as file:
            _work(rt, work, batches, file)
    return work.report


def _wish(path: Path, given: Wishes) -> ImportWish:
    """The wish, with the file's own name as its source unless another is given."""
    names = {"into_campaign": "campaign", "default_platform": "platform"}
    values: dict[str, Any] = {names.get(name, name): value for name, value in given.items()}
    return ImportWish(**{**values, "source": given.get("source") or path.name})


def _begin(rt: Runtime, wish: ImportWish, rows: ContactList, *, dry_run: bool) -> tuple[Work, dict[str, str]]:
    """What is to be done, opened in the books unless it is only tried; and the platforms that exist."""
    report = ImportReport(source=wish.source)
    report.opened(rows.layout, rows.header)
    with rt.db.begin() as tx:
        platforms = platforms_known(tx, wish.platform)
        if dry_run:
            report.status = "previewed"
            return Work(import_id="", worker="", campaign=None, report=report), platforms
        opened = open_import(tx, wish, rows.layout.sha256, tx.new_id("wrk"))
        report.import_id, report.status = opened.import_id, opened.status
        remember(tx, wish.source, rows.header.columns)
    work = Work(import_id=opened.import_id, worker=opened.worker, campaign=wish.campaign, report=report)
    return work, platforms


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
    tx.one_at_a_time(f"import {file_hash}")  # sent twice in one instant, the second finds the first one's row
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

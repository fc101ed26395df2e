"""An import at work: batch after batch, each one transaction with what it stored, said and refused.

    running -> completed
       |-> canceled     somebody asked; what was stored stays
       '-> failed       it cannot go on, and says why

Whoever works on an import holds its row's `worker`; a worker that was thought dead finds another one there at
its next batch, and stops.
"""

import gc
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TextIO

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from callsvc.contacts.entries import OPPOSED, Batch
from callsvc.contacts.importing import Header, ImportReport, ReadRow, RejectsWriter, Values
from callsvc.contacts.importing.events import ContactsImported
from callsvc.contacts.opposing import store_oppositions
from callsvc.contacts.storing import Stored, store_batch
from callsvc.contacts.suppressions import live_suppressions, suppress, suppress_unknown
from callsvc.contacts.tables import contact_import
from callsvc.contacts.uploads import keep_piece
from callsvc.core.db import Tx, is_deadlock
from callsvc.core.phone_numbers import Number
from callsvc.runtime import Runtime

LEASE: Final = timedelta(seconds=30)  # machine time; pushed back by every batch
DEADLINE: Final = timedelta(minutes=10)  # machine time; likewise
MOST_REJECTS: Final = 32 * 1024 * 1024  # bytes kept of one import's rejects

_TRIES: Final = 3  # of a batch that met another import storing the same people


class Stopped(Exception):
    """Not ours to work on any more: canceled, or taken over. Nothing of the batch at hand was stored."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One import being worked on. `keep_rejects`: in the database, for whoever sent the list to fetch."""

    import_id: str
    worker: str
    campaign: str | None
    report: ImportReport
    keep_rejects: bool = False
    kept: int = 0  # pieces of rejects so far
    kept_bytes: int = 0
    head: str = ""  # the rejects' line of column names


def rejects_head(header: Header) -> str:
    """The first line of the rejects, behind the mark by which a spreadsheet knows UTF-8."""
    text = io.StringIO()
    RejectsWriter(text, header).write_header()
    return "\ufeff" + text.getvalue()


def read_only(batches: Iterable[Batch], report: ImportReport, rejects: TextIO | None) -> None:
    """Count and say everything; store nothing."""
    for batch in batches:
        report.add(batch.tally)
        if rejects:
            rejects.write(batch.rejects)


def run_batches(rt: Runtime, work: Work, batches: Iterable[Batch], rejects: TextIO | None = None) -> None:
    """Store batches until there are no more. Raises `Stopped` between two of them."""
    with _calm_collector():
        for batch in batches:
            _store(rt, work, batch)
            if rejects:
                rejects.write(batch.rejects)


@contextmanager
def _calm_collector() -> Iterator[None]:
    """Look for circles of garbage less often meanwhile: ten thousand tuples a batch, and none in a circle."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _store(rt: Runtime, work: Work, batch: Batch) -> None:
    for last_try in (*[False] * (_TRIES - 1), True):
        report = deepcopy(work.report)
        try:
            with rt.db.begin(bulk=True) as tx:
                kept = _store_in(tx, work, batch, report)
            break
        except DBAPIError as error:
            # Another import stored the same people meanwhile, and now they are found; or a claim and this
            # batch waited for each other.
            if last_try or not (isinstance(error, IntegrityError) or is_deadlock(error)):
                raise
    work.report, work.kept, work.kept_bytes = report, *kept


def _store_in(tx: Tx, work: Work, batch: Batch, report: ImportReport) -> tuple[int, int]:
    stored = store_batch(tx, batch.entries, work.import_id)
    mind_oppositions(tx, work.import_id, batch, stored)
    if work.campaign and stored.contacts:
        tx.emit(
            ContactsImported(
                import_id=work.import_id, campaign_id=work.campaign, contact_ids=tuple(stored.contacts)
            )
        )
        stored.for_campaign = len(stored.contacts)
    report.add(batch.tally)
    _count(report, stored)
    mine = contact_import.c
    held = tx.update(
        contact_import,
        (mine.id == work.import_id)
        & (mine.worker == work.worker)
        & (mine.status == "running")
        & (mine.cancel_asked_by == ""),
        lines_done=batch.line,
        report=report.as_dict(cells=False),
        deadline_machine_at=tx.machine_now + DEADLINE,
        lease_until=tx.machine_now + LEASE,
    )
    if not held:
        raise Stopped
    if work.campaign:
        tx.changed("campaign", subject=work.campaign)
    return _keep(tx, work, batch.rejects) if work.keep_rejects else (0, 0)


def mind_oppositions(tx: Tx, import_id: str, batch: Batch, stored: Stored) -> None:
    """Opt-outs of these lines are recorded; lines whose number opted out before are told."""
    held = live_suppressions(tx, stored.known_numbers) if stored.known_numbers else {}
    fresh: dict[str, str] = {}
    for said in batch.entries:
        opposed = said[OPPOSED]
        if not held and not opposed:
            continue
        ids = [stored.numbers[number[1]] for number in said[-1]]
        if any(number_id in held for number_id in ids):
            stored.say(said[0], "already-suppressed")
        if opposed:
            evidence = f"{import_id}:{said[0]}"
            fresh |= {id: evidence for id in ids if id not in stored.known_numbers and id not in fresh}
            for number_id in stored.known_numbers.intersection(ids):
                stored.suppressions += suppress(tx, number_id, "all", source="import", evidence=evidence)
    stored.suppressions += suppress_unknown(tx, fresh, source="import")
    stored.suppressions += store_oppositions(tx, _opposed_rows(batch), import_id)


def _opposed_rows(batch: Batch) -> Iterator[ReadRow]:
    for line, numbers in batch.opposed:
        yield ReadRow(line, Values(), tuple(Number._make(number) for number in numbers), [], [], kept=False)


def _keep(tx: Tx, work: Work, text: str) -> tuple[int, int]:
    """Rejects of a batch as one more piece; pieces and bytes so far. What is beyond the most is left out."""
    if not text or work.kept_bytes > MOST_REJECTS:
        return work.kept, work.kept_bytes
    content = (text if work.kept else work.head + text).encode()
    keep_piece(tx, work.import_id, work.kept, content)
    return work.kept + 1, work.kept_bytes + len(content)


def _count(report: ImportReport, stored: Stored) -> None:
    report.contacts_new += stored.new
    report.contacts_merged += stored.merged
    report.contacts_known += stored.known
    report.contacts_changed += stored.changed
    report.shared_numbers += stored.shared
    report.suppressions_new += stored.suppressions
    report.for_campaign += stored.for_campaign
    for problem in stored.problems:
        report.note(problem)
        report.suppressed_already += problem.reason == "already-suppressed"
    for change in stored.changes:
        report.change(*change)


def end_import(rt: Runtime, work: Work, status: str, error: str = "", says: str = "") -> str:
    """Write the end down, if the import is still ours; the status it has then."""
    mine = contact_import.c
    with rt.db.begin() as tx:
        row = tx.first(sa.select(contact_import).where(mine.id == work.import_id))
        if row is None or row.status != "running" or row.worker != work.worker:
            return "" if row is None else str(row.status)
        if row.cancel_asked_by:
            status = "canceled"
        work.report.status = status
        tx.update(
            contact_import,
            mine.id == work.import_id,
            status=status,
            report=work.report.as_dict(cells=False),
            ended_at=tx.now,
            lease_until=None,
            error=error,
            error_says=says[:500],
        )
        if work.campaign:
            tx.changed("campaign", subject=work.campaign)
    return status

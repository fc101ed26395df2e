"""What a worker does for an import: take it, go on behind the last stored batch, write its end down."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.contacts.importing import ImportReport, read_list
from callsvc.contacts.importing_jobs import JOB
from callsvc.contacts.importing_run import (
    DEADLINE,
    LEASE,
    Stopped,
    Work,
    end_import,
    rejects_head,
    run_batches,
)
from callsvc.contacts.importing_wish import ImportWish, options_of, placing_of, platforms_known
from callsvc.contacts.preparing_apart import Reading, prepared
from callsvc.contacts.tables import contact_import, import_piece, import_upload
from callsvc.contacts.uploads import forget_upload, upload_source
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.core.errors import CallsvcError
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

MOST_TRIES: Final = 5  # workers that died over one import
_ASKED_AGAIN: Final = timedelta(seconds=10)  # machine time between two jobs for one import


def work_imports(rt: Runtime, import_ids: list[str]) -> None:
    """Work on each of these imports until its end; one that somebody else works on is left alone."""
    for_each(rt.db, import_ids, lambda import_id: _work_import(rt, import_id))


def _work_import(rt: Runtime, import_id: str) -> None:
    with rt.db.begin() as tx:
        taken = _take(tx, import_id)
        if taken is None:
            return
        row, worker = taken
        pieces = tx.all(
            sa.select(sa.func.length(import_piece.c.content)).where(import_piece.c.owner_id == import_id)
        )
    work = Work(
        import_id=import_id, worker=worker, campaign=row.wish.get("campaign"),
        report=ImportReport.from_dict(row.report), keep_rejects=True, kept=len(pieces),
        kept_bytes=sum(size for (size,) in pieces),
    )  # fmt: skip
    work.report.import_id, work.report.source = import_id, row.source
    if row.tries >= MOST_TRIES:
        end_import(rt, work, "failed", "import-crashed", "Its workers died over it again and again.")
        return
    try:
        _go_on(rt, work, row)
    except Stopped:
        status = end_import(rt, work, "canceled")
    except CallsvcError as error:
        status = end_import(rt, work, "failed", error.id, error.message)
    except Exception as error:
        says = f"It ended by a mistake of ours ({type(error).__name__})."
        end_import(rt, work, "failed", "import-crashed", says)
        raise
    else:
        status = end_import(rt, work, "completed")
    if status in ("completed", "canceled"):
        with rt.db.begin() as tx:
            forget_upload(tx, row.upload_id)


def _take(tx: Tx, import_id: str) -> tuple[Row[Any], str] | None:
    """Make the import ours, if it waits for somebody: never taken, or left by a worker that died."""
    mine = contact_import.c
    row = tx.first(
        sa.select(contact_import).where(mine.id == import_id, mine.upload_id.is_not(None)).with_for_update()
    )
    if row is None or row.status != "running":
        return None
    if row.worker and row.lease_until and row.lease_until > tx.machine_now:
        return None
    worker = tx.new_id("wrk")
    tx.update(
        contact_import,
        mine.id == import_id,
        worker=worker,
        tries=row.tries + 1,
        lease_until=tx.machine_now + LEASE,
        deadline_machine_at=tx.machine_now + DEADLINE,
    )
    return row, worker


def _go_on(rt: Runtime, work: Work, row: Row[Any]) -> None:
    if row.cancel_asked_by:
        raise Stopped
    wish = ImportWish.from_json(row.wish)
    source, options = upload_source(rt, row.upload_id), options_of(rt, wish)
    with read_list(source, options) as rows:
        work.report.opened(rows.layout, rows.header)
        work.head = rejects_head(rows.header)
        with rt.db.read() as tx:
            platforms = platforms_known(tx, wish.platform)
            size = tx.scalar(sa.select(import_upload.c.size).where(import_upload.c.id == row.upload_id))
        reading = Reading(
            source=source, options=options, placing=placing_of(rt, wish, platforms, work.import_id),
            after=row.lines_done, size=size or 0,
        )  # fmt: skip
        run_batches(rt, work, prepared(rt, rows, reading))


def ask_for_imports(rt: Runtime) -> int:
    """Ask a worker for every import that waits for one; how many there were."""
    mine = contact_import.c
    waits = (mine.status == "running") & mine.upload_id.is_not(None) & (mine.lease_until < rt.machine.now())
    with rt.db.read() as tx:
        if tx.first(sa.select(mine.id).where(waits).limit(1)) is None:
            return 0
    with rt.db.begin() as tx:
        ids = [row.id for row in tx.all(sa.select(mine.id).where(waits).with_for_update(skip_locked=True))]
        tx.update(contact_import, mine.id.in_(ids), worker="", lease_until=tx.machine_now + _ASKED_AGAIN)
        for import_id in ids:
            tx.enqueue(JOB, import_id)
    return len(ids)

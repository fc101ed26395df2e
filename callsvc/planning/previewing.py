"""Previews of edited agreements: asked for here, played by a worker, kept and read here."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, NotFound
from callsvc.planning.tables import aid_preview
from callsvc.planning.twin.recording import ZONE, agreements_on, record_day, span_of
from callsvc.planning.what_if import RUNS, compare
from callsvc.platforms.queries import region_by_code
from callsvc.routing.aid.agreeing import agreements_at
from callsvc.routing.aid.drafting import Edited, edited
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

_LEASE: Final = timedelta(minutes=2)  # machine time; a worker that is silent for longer has died
_KEPT: Final = timedelta(days=30)  # machine time; older ones are forgotten
_EVERY: Final = 4  # runs from one note of the progress to the next


def ask_preview(tx: Tx, changes: Sequence[Edited], *, by: Principal, day: date | None = None) -> str:
    """Ask what these changes would have done to ``day``, yesterday by default; the preview's id.

    Raises as making the changes would.
    """
    for one in changes:
        for code in (one.aided, one.aiding):
            region_by_code(tx, code)
        one.check(by)
    preview_id = tx.new_id("prv")
    tx.insert(
        aid_preview,
        id=preview_id,
        region_code=_region_of(changes[0], by),
        day=day or tx.now.astimezone(ZONE).date() - timedelta(days=1),
        draft=[one.model_dump(mode="json") for one in changes],
        status="waiting",
        asked_by=by.account_id,
        asked_at=tx.machine_now,
        lease_until=tx.machine_now,
        done=0,
        wanted=2 * RUNS,
        report={},
        problem="",
    )
    record_access(tx, by, "agreements-previewed", preview_id, {})
    tx.enqueue("preview_aid", preview_id)
    return preview_id


def preview_of(tx: Tx, preview_id: str, by: Principal) -> Row[Any]:
    """One of the reader's regions, ``preview-unknown`` otherwise."""
    mine = scope_condition(by, aid_preview.c.region_code)
    row = tx.first(sa.select(aid_preview).where(aid_preview.c.id == preview_id, mine))
    if row is None:
        raise NotFound("preview-unknown", "No preview of yours has this id.")
    return row


def _region_of(change: Edited, by: Principal) -> str:
    """Whose it is: the region that helps, or the reader's side of an agreement that would end."""
    return change.aiding if by.may_see(change.aiding) else change.aided


def changes_in(row: Row[Any]) -> list[Edited]:
    """What a preview was asked about."""
    return [Edited.model_validate(one) for one in row.draft]


def run_previews(rt: Runtime, ids: Sequence[str]) -> None:
    """Play what waits; one that breaks is over, with the reason, and breaks nothing else."""
    for preview_id in ids:
        with rt.db.begin() as tx:
            row = _take(tx, preview_id)
        if row is None:
            continue
        report, problem = _played(rt, row)
        with rt.db.begin() as tx:
            _end(tx, preview_id, report, problem)


def ask_for_previews(rt: Runtime) -> None:
    """Waiting ones are asked for again; one whose worker has died has failed; old ones are forgotten."""
    with rt.db.read() as tx:
        over = aid_preview.c.lease_until <= tx.machine_now
        unfinished = aid_preview.c.status.in_(("waiting", "running"))
        due = tx.all(sa.select(aid_preview.c.id, aid_preview.c.status).where(unfinished, over))
        old = tx.first(sa.select(aid_preview.c.id).where(aid_preview.c.asked_at < tx.machine_now - _KEPT))
    if not due and old is None:
        return
    with rt.db.begin() as tx:
        tx.delete(aid_preview, aid_preview.c.asked_at < tx.machine_now - _KEPT)
        for row in due:
            if row.status == "waiting":
                tx.enqueue("preview_aid", row.id)
            else:
                _end(tx, row.id, {}, "worker-died")


def _take(tx: Tx, preview_id: str) -> Row[Any] | None:
    mine = (aid_preview.c.id == preview_id) & (aid_preview.c.status == "waiting")
    if not tx.update(aid_preview, mine, status="running", lease_until=tx.machine_now + _LEASE):
        return None
    return tx.first(sa.select(aid_preview).where(aid_preview.c.id == preview_id))


def _played(rt: Runtime, row: Row[Any]) -> tuple[dict[str, Any], str]:
    def note(done: int) -> None:
        if done % _EVERY == 0:
            with rt.db.begin() as tx:
                tx.update_row(aid_preview, row.id, done=done, lease_until=tx.machine_now + _LEASE)

    try:
        with rt.db.read() as tx:
            recording = record_day(tx, row.day)
            now, span = agreements_at(tx, tx.now), span_of(recording)
            present = agreements_on(tx, span, now)
            changed = agreements_on(tx, span, edited(now, changes_in(row)))
        return compare(recording, present, changed, played=note), ""
    except CallsvcError as error:
        return {}, error.id
    except Exception as error:
        log.exception("preview-crashed", preview=row.id)
        return {}, type(error).__name__


def _end(tx: Tx, preview_id: str, report: dict[str, Any], problem: str) -> None:
    tx.update_row(
        aid_preview,
        preview_id,
        status="failed" if problem else "completed",
        report=report,
        problem=problem[:200],
        ended_at=tx.machine_now,
    )

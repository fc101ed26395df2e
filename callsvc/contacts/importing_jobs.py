"""Imports as whoever sends a list sees them: received, proposed, started, followed, canceled, corrected.

    upload_id = receive_file(rt, request.stream, "liste.csv", by)     # encrypted, in the database
    proposal = propose(rt, upload_id)                                 # columns, what they hold, first rows
    import_id = start_import(rt, upload_id, ImportWish(campaign=..., mapping=[...]), by)
    import_seen(tx, principal, import_id)                             # lines_done of lines, status, report
    for piece in rejects_of(rt, principal, import_id): ...            # a CSV file

A worker does the work (`work_import`); one that dies is followed by another, behind the last stored batch.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal
from callsvc.contacts.importing import read_list
from callsvc.contacts.importing_wish import (
    ImportWish,
    options_of,
    platforms_known,
    refuse_wish,
    require_open_campaign,
)
from callsvc.contacts.proposing import Proposal, ProposedColumn, propose, remember, source_of_name
from callsvc.contacts.service import open_import
from callsvc.contacts.tables import contact_import
from callsvc.contacts.uploads import forget_upload, pieces_kept, receive_file, upload_row, upload_source
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, NotFound
from callsvc.core.jobs import ASK_AGAIN
from callsvc.runtime import Runtime

__all__ = [
    "ImportWish",
    "Proposal",
    "ProposedColumn",
    "cancel_import",
    "import_seen",
    "propose",
    "receive_file",
    "refuse_early",
    "rejects_of",
    "start_import",
]

JOB = "import_lists"


def start_import(rt: Runtime, upload_id: str, wish: ImportWish, by: str = "") -> str:
    """Have an upload imported; its import id. The mapping is remembered for this source.

    A list imported before with the same wishes gives that import's id, and changes nothing. Raises what
    `read_list` raises, `upload-unknown`, `campaign-unknown`, `campaign-over`, `platform-unknown`,
    `fiction-number`, `import-running`.
    """
    refuse_early(rt, wish)
    with rt.db.read() as tx:
        upload = upload_row(tx, upload_id)
    with read_list(upload_source(rt, upload_id), options_of(rt, wish)) as rows:
        columns = rows.header.columns
    with rt.db.begin() as tx:
        remember(tx, wish.source or source_of_name(upload.name), columns)
        opened = open_import(
            tx, wish, upload.sha256, worker="", upload_id=upload_id, by=(by or upload.by)[:80],
            lines=upload.lines, lease_until=tx.machine_now + ASK_AGAIN,
        )  # fmt: skip
        if opened.status == "running":
            tx.enqueue(JOB, opened.import_id)
        else:
            forget_upload(tx, upload_id)
    return opened.import_id


def refuse_early(rt: Runtime, wish: ImportWish) -> None:
    """Refuse at once what no list could mend: `campaign-unknown`, `campaign-over`, `platform-unknown`,
    `mapping-unreadable`, `mapping-unknown-field`, `fiction-number`."""
    refuse_wish(rt, wish)
    options_of(rt, wish)
    with rt.db.read() as tx:
        platforms_known(tx, wish.platform)
        if wish.campaign:
            require_open_campaign(tx, wish.campaign)


def cancel_import(tx: Tx, import_id: str, by: str) -> None:
    """Have an import end before its next batch; what it stored stays. Raises `import-over`."""
    row = _row(tx, import_id)
    if row.status != "running":
        raise Conflict("import-over", f"This import is {row.status} already.", status=row.status)
    tx.update(
        contact_import,
        (contact_import.c.id == import_id) & (contact_import.c.status == "running"),
        cancel_asked_by=by[:80] or "somebody",
    )
    if row.upload_id:
        tx.enqueue(JOB, import_id)


def import_seen(tx: Tx, principal: Principal, import_id: str) -> Row[Any]:
    """An import: `status` (running, completed, failed, canceled), `lines_done` of `lines`, `report`.

    Raises `whole-country-needed`, as a list may name people anywhere, and `import-unknown`.
    """
    _require_whole_country(principal)
    return _row(tx, import_id)


def rejects_of(rt: Runtime, principal: Principal, import_id: str) -> Iterator[bytes]:
    """The rejects file piece by piece: CSV for a spreadsheet, kept for a day; none: nothing was refused.

    Raises `whole-country-needed` and `import-unknown` when the first piece is asked for.
    """
    with rt.db.read() as tx:
        import_seen(tx, principal, import_id)
    yield from pieces_kept(rt, import_id)


def _row(tx: Tx, import_id: str) -> Row[Any]:
    row = tx.first(sa.select(contact_import).where(contact_import.c.id == import_id))
    if row is None:
        raise NotFound("import-unknown", "No import has this id.")
    return row


def _require_whole_country(principal: Principal) -> None:
    if not principal.sees_everything:
        raise Forbidden(
            "whole-country-needed", "A list may name people anywhere: use an account of the whole country."
        )

"""The access log: who read or changed what. Append-only, and sealed by a hash chain.

Use cases only append (no hot row). ``seal_access_log`` runs now and then and chains a batch: one seal a row,
``hash = sha256(hash before || canonical row)``, so that the verifier can name the first row that was
changed, removed or slipped in. Cutting off the end of both tables is only visible against a head kept
elsewhere: ``verify_access_log(rt, head=...)``.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.scope import Principal
from callsvc.accounts.tables import access_log, access_seal
from callsvc.core.db import Tx
from callsvc.runtime import Runtime

GENESIS = "0" * 64
BATCH = 2000
WALKED_AT_ONCE = 1000  # rows in memory while the chain is recomputed: a log may have millions
SYSTEM = "system"  # the service itself, or a command run by the operator


def record_access(
    tx: Tx, principal: Principal | None, action: str, subject: str, details: dict[str, Any]
) -> None:
    """Append one row: who did ``action`` (kebab-case) to ``subject`` (an id, never a name or a number)."""
    tx.insert(
        access_log,
        id=tx.new_id("log"),
        at=tx.machine_now,
        account_id=principal.account_id if principal else SYSTEM,
        action=action,
        subject=subject,
        details=details,
    )


def record_read(tx: Tx, principal: Principal, what: str, subject: str) -> None:
    """Somebody saw personal data: ``record_read(tx, who, "contact", contact_id)`` logs ``contact-read``.

    Call it in the transaction that reads what is shown, with one row for each person. ``subject`` is the id
    of the thing, never a name or a number. Reading counts needs no row.
    """
    record_access(tx, principal, f"{what}-read", subject, {})


def seal_access_log(rt: Runtime) -> int:
    """Chain up to 2,000 rows not sealed yet, in one transaction; returns how many.

    Two sealers at once: the second finds the ordinal taken, leaves everything as it was and returns 0.
    """
    try:
        with rt.db.begin() as tx:
            return _seal(tx)
    except sa.exc.IntegrityError:
        return 0


def _seal(tx: Tx) -> int:
    last = tx.first(sa.select(access_seal).order_by(access_seal.c.ordinal.desc()).limit(1))
    ordinal, head = (last.ordinal, last.hash) if last else (0, GENESIS)
    rows = tx.all(
        sa.select(access_log)
        .where(access_log.c.seal_id.is_(None))
        .order_by(access_log.c.at, access_log.c.id)
        .limit(BATCH)
    )
    seals = []
    for row in rows:
        ordinal, head = ordinal + 1, _chain(head, row)
        # A seal bears the id of the row it seals: a row that has gone can still be named.
        seals.append({"id": row.id, "ordinal": ordinal, "at": tx.machine_now, "row_count": 1, "hash": head})
    if seals:
        tx.execute(access_seal.insert(), seals)
        tx.update(access_log, access_log.c.id.in_([row.id for row in rows]), seal_id=access_log.c.id)
    return len(rows)


@dataclass(frozen=True, kw_only=True)
class LogVerdict:
    """``first_bad_row`` is None when every sealed row is as it was; ``pending`` rows wait for their seal."""

    sealed: int
    pending: int
    head: str
    first_bad_row: str | None = None
    why: str = ""


def verify_access_log(rt: Runtime, *, head: str | None = None) -> LogVerdict:
    """Recompute the whole chain and name the first bad row, if any.

    ``head`` is a chain head noted earlier; it must still be part of the chain.
    """
    with rt.db.read() as tx:
        sealed, last, bad, why, seen = _walk(tx, head)
        forged = tx.first(
            sa.select(access_log.c.id)
            .where(access_log.c.seal_id.is_not(None))
            .where(~sa.exists().where(access_seal.c.id == access_log.c.id))
            .order_by(access_log.c.at, access_log.c.id)
        )
        pending = tx.scalar(sa.select(sa.func.count()).where(access_log.c.seal_id.is_(None)))
    if bad is None and forged is not None:
        bad, why = forged.id, "marked as sealed, but no seal was ever made for it"
    if bad is None and not seen:
        bad, why = "end-of-log", "the head noted earlier is no longer in the chain: the end was cut off"
    return LogVerdict(sealed=sealed, pending=pending or 0, head=last, first_bad_row=bad, why=why)


def _walk(tx: Tx, noted: str | None) -> tuple[int, str, str | None, str, bool]:
    """Rows sealed, chain head, first bad row and why, and whether the noted head was met."""
    head, count, seen = GENESIS, 0, noted in (None, GENESIS)
    query = (
        sa.select(access_log, access_seal.c.id.label("sealed_id"), access_seal.c.ordinal, access_seal.c.hash)
        .select_from(access_seal.outerjoin(access_log, access_log.c.id == access_seal.c.id))
        .order_by(access_seal.c.ordinal)
        .execution_options(yield_per=WALKED_AT_ONCE)
    )
    with tx.execute(query) as rows:
        for row in rows:
            count += 1
            if row.ordinal != count:
                return count, head, row.sealed_id, f"the seal numbered {count} is missing before it", True
            if row.id is None:
                return count, head, row.sealed_id, "the row was removed", True
            if _chain(head, row) != row.hash:
                return count, head, row.id, "the row, or its seal, was changed", True
            head = row.hash
            seen = seen or head == noted
    return count, head, None, "", seen


def _chain(head: str, row: Any) -> str:
    canonical = json.dumps(
        [row.id, row.at.isoformat(), row.account_id, row.action, row.subject, row.details],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{head}\n{canonical}".encode()).hexdigest()

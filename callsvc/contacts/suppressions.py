"""Do-not-contact entries. Monotone: nothing here ends one; a lift is an explicit, audited act elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from callsvc.contacts.events import NumberSuppressed
from callsvc.contacts.numbers import lock_number
from callsvc.contacts.tables import suppression
from callsvc.core.bulk import stamp
from callsvc.core.db import Tx


@dataclass(frozen=True)
class Suppression:
    """``scope`` is sms, purpose (with ``purpose``) or all."""

    scope: str
    purpose: str = ""


def suppress(
    tx: Tx, number_id: str, scope: str, *, purpose: str = "", source: str, evidence: str = ""
) -> bool:
    """Record an opt-out under the number's lock, so that it wins any race with a claim. True if it is new."""
    lock_number(tx, number_id)
    new = tx.insert_once(
        suppression,
        id=tx.new_id("sup"),
        number_id=number_id,
        scope=scope,
        purpose=purpose if scope == "purpose" else "",
        source=source,
        evidence=evidence,
        recorded_at=tx.now,
        recorded_machine_at=tx.machine_now,
    )
    if new:
        tx.emit(NumberSuppressed(number_id=number_id, scope=scope, purpose=purpose))
    return new


_COLUMNS = ("id", "number_id", "scope", "purpose", "source", "evidence", "recorded_at", "recorded_machine_at")


def suppress_unknown(tx: Tx, evidence_of: Mapping[str, str], *, source: str) -> int:
    """Record opt-outs of everything, by number, of numbers that this very transaction has stored.

    Nobody else sees such a number yet: there is nobody to wait for, no call to cancel, nothing held before.
    """
    at, machine_at = stamp(tx.now, tx.dialect), stamp(tx.machine_now, tx.dialect)
    rows = [
        (tx.new_id("sup"), number_id, "all", "", source, evidence, at, machine_at)
        for number_id, evidence in evidence_of.items()
    ]
    tx.insert_rows(suppression, _COLUMNS, rows)
    return len(rows)


def suppressions_of(tx: Tx, number_id: str) -> tuple[Suppression, ...]:
    return live_suppressions(tx, [number_id]).get(number_id, ())


_LIVE = sa.select(suppression.c.number_id, suppression.c.scope, suppression.c.purpose).where(
    suppression.c.number_id.in_(sa.bindparam("number_ids", expanding=True)), suppression.c.lifted_at.is_(None)
)


def live_suppressions(tx: Tx, number_ids: Iterable[str]) -> dict[str, tuple[Suppression, ...]]:
    """What holds now, by number."""
    rows = tx.all(_LIVE, number_ids=list(number_ids))
    found: dict[str, tuple[Suppression, ...]] = {}
    for row in rows:
        found[row.number_id] = (*found.get(row.number_id, ()), Suppression(row.scope, row.purpose))
    return found

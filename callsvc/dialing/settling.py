"""Settles and reconciles legs and messages alike: by id, whichever of the two it names."""

import sqlalchemy as sa

from callsvc.calls import settling as calls
from callsvc.calls.addresses import address_of
from callsvc.calls.tables import leg
from callsvc.core.each import for_each
from callsvc.messages import settling as messages
from callsvc.runtime import Runtime


def settle_doubts(rt: Runtime, ids: list[str]) -> None:
    """Look each leg or message in doubt up at the carrier."""
    for_each(rt.db, ids, lambda one: _settle(rt, one))


def _settle(rt: Runtime, one: str) -> None:
    with rt.db.read() as tx:
        row = tx.first(sa.select(leg).where(leg.c.id == one))
        address = address_of(tx, row) if row is not None else ""
    if row is None:
        messages.settle_message(rt, one)
    else:
        calls.settle(rt, one, address)


def reconcile(rt: Runtime, ids: list[str]) -> None:
    """Fetch each leg or message that has had no news."""
    for_each(rt.db, ids, lambda one: _reconcile(rt, one))


def _reconcile(rt: Runtime, one: str) -> None:
    with rt.db.read() as tx:
        known = tx.scalar(sa.select(leg.c.id).where(leg.c.id == one))
    if known is None:
        messages.reconcile_message(rt, one)
    else:
        calls.reconcile(rt, one)

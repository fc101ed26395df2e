"""Lifting a do-not-contact entry: the one act that ends it, by a named person, for a reason, on record."""

import re

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.contacts.numbers import lock_number
from callsvc.contacts.tables import contact, contact_number, suppression
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound

_A_NUMBER = re.compile(r"(?:\d[\s.-]?){6,}")


def seen_suppressions(principal: Principal) -> sa.ColumnElement[bool]:
    """Entries of numbers that somebody in the principal's regions has; numbers of nobody are national."""
    if principal.sees_everything:
        return sa.true()
    mine = scope_condition(principal, contact.c.region_code, contact.c.platform_code)
    return sa.exists().where(
        contact_number.c.number_id == suppression.c.number_id,
        contact.c.id == contact_number.c.contact_id,
        mine,
    )


def lift_suppression(tx: Tx, principal: Principal, suppression_id: str, reason: str) -> None:
    """End one entry under the number's lock. The reason goes into the access log, which is never cleared.

    Raises ``suppression-unknown``, ``suppression-lifted`` (already) and ``reason-holds-number``.
    """
    if _A_NUMBER.search(reason):
        raise Invalid("reason-holds-number", "Say why without a phone number: the log keeps it for good.")
    mine = suppression.c.id == suppression_id
    row = tx.first(sa.select(suppression).where(mine, seen_suppressions(principal)))
    if row is None:
        raise NotFound("suppression-unknown", "No do-not-contact entry of your regions has this id.")
    lock_number(tx, row.number_id)
    live = mine & suppression.c.lifted_at.is_(None)
    if not tx.update(suppression, live, lifted_at=tx.now, lifted_by=principal.account_id):
        raise Conflict("suppression-lifted", "This entry was lifted before.")
    record_access(tx, principal, "suppression-lifted", suppression_id, {"reason": reason, "scope": row.scope})

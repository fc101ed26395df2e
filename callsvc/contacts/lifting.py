"""Lifting a do-not-contact entry: asked for by one person, decided by another, for a reason, on record.

Nothing else ends an entry: no date, no import, no START. Who writes START has asked, and a named person with
the right to do so decides.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.contacts.numbers import lock_number
from callsvc.contacts.tables import contact, contact_number, phone_number, suppression, suppression_lift
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound

_A_NUMBER = re.compile(r"(?:\d[\s.-]?){6,}")
_START = "The person wrote START."


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


def numbers_seen(tx: Tx, principal: Principal, numbers: Sequence[str]) -> set[str]:
    """Of these numbers (E.164) those that somebody of the principal's places has; for the country all."""
    if principal.sees_everything:
        return set(numbers)
    print_of = {tx.keyring.fingerprint(e164): e164 for e164 in numbers}
    held = (
        sa.select(phone_number.c.fingerprint)
        .join(contact_number, contact_number.c.number_id == phone_number.c.id)
        .join(contact, contact.c.id == contact_number.c.contact_id)
        .where(phone_number.c.fingerprint.in_(list(print_of)))
        .where(scope_condition(principal, contact.c.region_code, contact.c.platform_code))
    )
    return {print_of[bytes(row.fingerprint)] for row in tx.all(held)}


def ask_lift(tx: Tx, principal: Principal, suppression_id: str, reason: str) -> str:
    """Ask that one entry end; returns the id of the wish, the older one where it was asked before.

    The reason goes into the access log, which is never cleared. Raises ``suppression-unknown``,
    ``suppression-lifted`` (already) and ``reason-holds-number``.
    """
    if _A_NUMBER.search(reason):
        raise Invalid("reason-holds-number", "Say why without a phone number: the log keeps it for good.")
    row = _seen(tx, principal, suppression_id)
    if row.lifted_at is not None:
        raise Conflict("suppression-lifted", "This entry was lifted before.")
    lift_id, new = _ask(tx, row, principal.account_id, reason)
    if new:
        record_access(
            tx, principal, "suppression-lift-asked", suppression_id, {"reason": reason, "scope": row.scope}
        )
    return lift_id


def ask_lifts(tx: Tx, number_id: str, message_id: str) -> bool:
    """The person wrote START: their own wish for each entry that stops SMS; True if there was one.

    An entry of scope ``all`` was an explicit second choice, and one word by SMS does not ask it back.
    """
    held = tx.all(
        sa.select(suppression).where(
            suppression.c.number_id == number_id,
            suppression.c.scope == "sms",
            suppression.c.lifted_at.is_(None),
        )
    )
    for row in held:
        _ask(tx, row, f"message:{message_id}", _START)
    return bool(held)


def lift_suppression(tx: Tx, principal: Principal, suppression_id: str) -> None:
    """End one entry that somebody else asked to end, under the number's lock.

    Raises ``suppression-unknown``, ``suppression-lifted`` (already), ``lift-not-asked`` and
    ``lift-needs-another``: who asked does not decide.
    """
    row = _seen(tx, principal, suppression_id)
    lock_number(tx, row.number_id)
    wish = _asked(tx, suppression_id)
    if wish is None:
        if row.lifted_at is not None:
            raise Conflict("suppression-lifted", "This entry was lifted before.")
        raise Conflict("lift-not-asked", "Ask for it first, with the reason; another person then decides.")
    if wish.asked_by == principal.account_id:
        raise Conflict("lift-needs-another", "You asked for it: another person has to decide.")
    live = (suppression.c.id == suppression_id) & suppression.c.lifted_at.is_(None)
    if not tx.update(suppression, live, lifted_at=tx.now, lifted_by=principal.account_id):
        raise Conflict("suppression-lifted", "This entry was lifted before.")
    _decide(tx, principal, wish, "lifted")
    told = {"reason": wish.reason, "asked_by": wish.asked_by, "scope": row.scope}
    record_access(tx, principal, "suppression-lifted", suppression_id, told)


def refuse_lift(tx: Tx, principal: Principal, suppression_id: str) -> None:
    """The entry stays. Raises ``suppression-unknown`` and ``lift-not-asked``."""
    _seen(tx, principal, suppression_id)
    wish = _asked(tx, suppression_id)
    if wish is None:
        raise Conflict("lift-not-asked", "Nobody has asked for this entry to end.")
    _decide(tx, principal, wish, "refused")
    record_access(tx, principal, "suppression-lift-refused", suppression_id, {"asked_by": wish.asked_by})


def _seen(tx: Tx, principal: Principal, suppression_id: str) -> Row[Any]:
    row = tx.first(
        sa.select(suppression).where(suppression.c.id == suppression_id, seen_suppressions(principal))
    )
    if row is None:
        raise NotFound("suppression-unknown", "No do-not-contact entry of your regions has this id.")
    return row


def _asked(tx: Tx, suppression_id: str) -> Row[Any] | None:
    return tx.first(
        sa.select(suppression_lift)
        .where(suppression_lift.c.suppression_id == suppression_id, suppression_lift.c.status == "asked")
        .with_for_update()
    )


def _ask(tx: Tx, row: Row[Any], by: str, reason: str) -> tuple[str, bool]:
    lift_id = tx.new_id("lft")
    new = tx.insert_once(
        suppression_lift,
        id=lift_id,
        suppression_id=row.id,
        asked_at=tx.now,
        asked_by=by,
        reason=reason,
        status="asked",
    )
    known = None if new else _asked(tx, row.id)
    return (lift_id if known is None else str(known.id)), new


def _decide(tx: Tx, principal: Principal, wish: Row[Any], status: str) -> None:
    decided = {"status": status, "decided_at": tx.now, "decided_by": principal.account_id}
    tx.update(suppression_lift, suppression_lift.c.id == wish.id, **decided)

"""Writing the terms by which people are found: with each person stored, and anew for those of an old key."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import sqlalchemy as sa

from callsvc.contacts.numbers import reveal
from callsvc.contacts.people import Person, read_person
from callsvc.contacts.searching.terms import Term, index_terms, made_with, sealed
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number, tracing_case
from callsvc.core.db import Tx
from callsvc.core.keyring import Keyring
from callsvc.runtime import Runtime

Row: TypeAlias = tuple[str, int, int]
"""A row of ``contact_term``, in the order of ``COLUMNS``."""

COLUMNS: Final = ("contact_id", "term", "made_with")

AT_ONCE: Final = 500
"""People in one transaction of a rebuild: a webhook waits milliseconds for it."""


def rows_of_person(
    keyring: Keyring, contact_id: str, person: Person, numbers: Iterable[str] = (), case_reference: str = ""
) -> list[Row]:
    """Rows of ``contact_term`` for somebody new, for whichever bulk insert writes them. Numbers in E.164."""
    terms = index_terms(person["first_name"], person["last_name"], numbers, case_reference)
    return _rows(keyring, contact_id, terms)


def rows_of_numbers(keyring: Keyring, contact_id: str, numbers: Iterable[str]) -> list[Row]:
    """The same for numbers that somebody known has got."""
    return _rows(keyring, contact_id, index_terms("", "", numbers))


def write_terms(tx: Tx, rows: Sequence[Row]) -> None:
    """One statement for all rows of a batch."""
    if rows:
        tx.execute(contact_term.insert(), [dict(zip(COLUMNS, row, strict=True)) for row in rows])


def index_people(tx: Tx, contact_ids: Sequence[str]) -> int:
    """Make the terms of these people what they should be, from what is stored; how many rows were written.

    For whoever changes a name or a number of somebody known, and for a rebuild.
    """
    people = tx.all(
        sa.select(contact.c.id, contact.c.person, tracing_case.c.reference)
        .outerjoin(tracing_case, tracing_case.c.id == contact.c.case_id)
        .where(contact.c.id.in_(contact_ids))
    )
    numbers = _numbers_of(tx, contact_ids)
    rows = [
        row
        for one in people
        for row in rows_of_person(
            tx.keyring, one.id, read_person(tx, one), numbers.get(one.id, ()), one.reference or ""
        )
    ]
    tx.delete(contact_term, contact_term.c.contact_id.in_(contact_ids))
    write_terms(tx, rows)
    return len(rows)


def reindex(rt: Runtime, *, everybody: bool = False) -> int:
    """Index, a batch at a time, whoever lacks terms of today's scheme and key; how many people.

    Interrupted, it is simply run again: whoever is done is passed over. ``everybody`` begins anew instead,
    for terms that are there but wrong.
    """
    done, last = 0, ""
    while True:
        with rt.db.begin() as tx:
            ids = _next(tx, last, everybody=everybody)
            if not ids:
                return done
            index_people(tx, ids)
        done, last = done + len(ids), ids[-1]


def unindexed(tx: Tx) -> int:
    """How many people would not be found by all that is known of them."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(contact).where(_lacking(tx))) or 0)


def _next(tx: Tx, after: str, *, everybody: bool) -> list[str]:
    wanted = sa.select(contact.c.id).where(contact.c.id > after).order_by(contact.c.id).limit(AT_ONCE)
    return [row.id for row in tx.all(wanted if everybody else wanted.where(_lacking(tx)))]


def _lacking(tx: Tx) -> sa.ColumnElement[bool]:
    mine = contact_term.c.contact_id == contact.c.id
    return ~sa.exists().where(mine, contact_term.c.made_with == made_with(tx.keyring))


def _numbers_of(tx: Tx, contact_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    columns = (contact_number.c.contact_id, phone_number.c.ciphertext, phone_number.c.fingerprint)
    joined = sa.select(*columns).join(phone_number, phone_number.c.id == contact_number.c.number_id)
    for row in tx.all(joined.where(contact_number.c.contact_id.in_(contact_ids))):
        found.setdefault(row.contact_id, []).append(reveal(tx, row))
    return found


def _rows(keyring: Keyring, contact_id: str, terms: Iterable[Term]) -> list[Row]:
    version = made_with(keyring)
    return [(contact_id, term, version) for term in {sealed(keyring, term) for term in terms}]

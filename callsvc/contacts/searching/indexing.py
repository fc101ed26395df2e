"""Writing the terms of people anew: after a change, and for whoever has those of an old key.

An import writes them itself, with the people it stores (``contacts/preparing.py``, ``contacts/storing.py``).
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from callsvc.contacts.numbers import reveal
from callsvc.contacts.people import read_person
from callsvc.contacts.searching.terms import index_terms, made_with, sealed
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number, tracing_case
from callsvc.core.db import Tx
from callsvc.runtime import Runtime

Row: TypeAlias = tuple[str, int, int]
"""A row of ``contact_term``, in the order of ``COLUMNS``."""

COLUMNS: Final = ("contact_id", "term", "made_with")

AT_ONCE: Final = 500
"""People in one transaction of a rebuild: a webhook waits milliseconds for it."""


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
    rows = [row for one in people for row in _rows(tx, one, numbers.get(one.id, ()))]
    tx.delete(contact_term, contact_term.c.contact_id.in_(contact_ids))
    tx.insert_rows(contact_term, COLUMNS, rows)
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


def _rows(tx: Tx, row: Any, numbers: Sequence[str]) -> list[Row]:
    person, version = read_person(tx, row), made_with(tx.keyring)
    terms = index_terms(person["first_name"], person["last_name"], numbers, row.reference or "")
    return [(row.id, term, version) for term in {sealed(tx.keyring, term) for term in terms}]

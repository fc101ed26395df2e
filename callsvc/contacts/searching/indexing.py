"""Writing the terms of people anew: after a change, and for whoever has those of an old key.

An import writes them itself, with the people it stores (``contacts/preparing.py``, ``contacts/storing.py``).
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callsvc.contacts.numbers import reveal
from callsvc.contacts.people import read_person
from callsvc.contacts.searching.terms import name_terms, newest, tail_term
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number
from callsvc.core.db import Tx
from callsvc.runtime import Runtime

COLUMNS: Final = ("contact_id", "term")
"""Of a row of ``contact_term``."""

AT_ONCE: Final = 500
"""People in one transaction of a rebuild: a webhook waits milliseconds for it."""


def index_people(tx: Tx, contact_ids: Sequence[str]) -> None:
    """Make the terms of these people and of their numbers what they should be, from what is stored.

    For whoever changes a name or a number of somebody known, and for a rebuild.
    """
    low, high = newest(tx.keyring)
    further: list[tuple[str, int]] = []
    people = sa.select(contact.c.id, contact.c.person, contact.c.last_term, contact.c.first_term)
    for row in tx.all(people.where(contact.c.id.in_(contact_ids))):
        person = read_person(tx, row)
        last, first, more = name_terms(tx.keyring, person["first_name"], person["last_name"])
        further += [(row.id, term) for term in more]
        if (row.last_term, row.first_term) != (last, first):
            tx.update_row(contact, row.id, last_term=last, first_term=first)
    tx.delete(contact_term, contact_term.c.contact_id.in_(contact_ids))
    tx.insert_rows(contact_term, COLUMNS, further)
    theirs = sa.select(contact_number.c.number_id).where(contact_number.c.contact_id.in_(contact_ids))
    lacking = sa.or_(phone_number.c.tail.is_(None), ~phone_number.c.tail.between(low, high))
    for row in tx.all(sa.select(phone_number).where(phone_number.c.id.in_(theirs), lacking)):
        tx.update_row(phone_number, row.id, tail=tail_term(tx.keyring, reveal(tx, row)))


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
    low, high = newest(tx.keyring)
    tail: Any = sa.select(phone_number.c.tail).join(
        contact_number, contact_number.c.number_id == phone_number.c.id
    )
    old = sa.or_(phone_number.c.tail.is_(None), ~phone_number.c.tail.between(low, high))
    return sa.or_(
        contact.c.last_term.is_(None),
        ~contact.c.last_term.between(low, high),
        sa.exists(tail.where(contact_number.c.contact_id == contact.c.id, old)),
    )

"""Rows that point nowhere: at somebody who was forgotten, or at what there never was.

The rows a list writes most of have no foreign keys (``contacts/tables.py``), and a foreign key would not see
a person who was made nobody. So the whole is looked through now and then, one query a kind, without a lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.contacts.forgetting import store_nobody_meanwhile
from callsvc.contacts.tables import (
    contact,
    contact_import,
    contact_number,
    contact_term,
    phone_number,
    tracing_case,
)
from callsvc.core.db import Tx
from callsvc.core.incidents import report_once
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime

_EXAMPLES = 5


@dataclass(frozen=True)
class Kind:
    """``rows`` gives the ids of the people concerned; ``mend``: the statement that ends it, if one may."""

    id: str
    rows: sa.Select[tuple[str]]
    mend: sa.Delete | sa.Update | None


@dataclass(frozen=True)
class Astray:
    """How many rows of a kind point nowhere, and some of the people concerned, by id."""

    kind: str
    rows: int
    people: Sequence[str]


def _there(table: sa.Table, column: sa.ColumnElement[str], key: str = "id") -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c[key] == column)


def _known(table: sa.Table, column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """There is such a row, and it was not made nobody's."""
    return sa.exists().where(table.c.id == column, table.c.erased_at.is_(None))


_CASE = sa.exists().where(
    tracing_case.c.id == contact.c.case_id, tracing_case.c.reference.not_like("erased:%")
)
_NAMED_AGAIN = contact.c.erased_at.is_not(None) & sa.exists().where(
    contact_number.c.contact_id == contact.c.id
)
_LOST_LINK = ~_there(contact, contact_number.c.contact_id)
_LOST_NUMBER = ~_known(phone_number, contact_number.c.number_id)
_LOST_TERM = ~_known(contact, contact_term.c.contact_id)
_LOST_CASE = contact.c.erased_at.is_(None) & contact.c.case_id.is_not(None) & ~_CASE
_LOST_IMPORT = contact.c.import_id.is_not(None) & ~_there(contact_import, contact.c.import_id)
_LOST_PLACE = ~_there(platform, contact.c.platform_code, "code") | ~_there(
    region, contact.c.region_code, "code"
)

KINDS = (
    Kind(
        "number-of-nobody",
        sa.select(contact_number.c.contact_id).where(_LOST_LINK),
        contact_number.delete().where(_LOST_LINK),
    ),
    Kind(
        "number-forgotten",
        sa.select(contact_number.c.contact_id).where(_LOST_NUMBER),
        contact_number.delete().where(_LOST_NUMBER),
    ),
    Kind(  # somebody named them while they were forgotten: they are known again, and forgotten in their time
        "forgotten-and-named-again",
        sa.select(contact.c.id).where(_NAMED_AGAIN),
        contact.update().where(_NAMED_AGAIN).values(erased_at=None),
    ),
    Kind(
        "term-of-nobody",
        sa.select(contact_term.c.contact_id).where(_LOST_TERM),
        contact_term.delete().where(_LOST_TERM),
    ),
    Kind(
        "case-unknown",
        sa.select(contact.c.id).where(_LOST_CASE),
        contact.update().where(_LOST_CASE).values(case_id=None),
    ),
    Kind(
        "import-unknown",
        sa.select(contact.c.id).where(_LOST_IMPORT),
        contact.update().where(_LOST_IMPORT).values(import_id=None),
    ),
    Kind("place-unknown", sa.select(contact.c.id).where(_LOST_PLACE), None),  # who can say where they live?
)


def astray(execute: Callable[[sa.Select[Any]], sa.CursorResult[Any]]) -> list[Astray]:
    """Every kind of which there are any; seconds for a million people, and nothing is locked."""
    found = []
    for kind in KINDS:
        count = execute(sa.select(sa.func.count()).select_from(kind.rows.subquery())).scalar()
        if count:
            some = execute(kind.rows.distinct().limit(_EXAMPLES)).all()
            found.append(Astray(kind.id, int(count), [row[0] for row in some]))
    return found


def report_astray(rt: Runtime) -> None:
    """An incident for each kind there is, again when it is still so the next day."""
    with rt.db.read() as tx:
        found = astray(tx.execute)
    if not found:
        return
    with rt.db.begin() as tx:
        for one in found:
            told = {"rows": one.rows, "people": list(one.people)}
            report_once(tx, "rows-astray", one.kind, since=tx.now - timedelta(days=1), **told)


def mend_astray(tx: Tx) -> int:
    """End what can be ended without losing anybody; how many rows were changed or deleted."""
    store_nobody_meanwhile(tx)
    return sum(tx.execute(kind.mend).rowcount for kind in KINDS if kind.mend is not None)

"""Erasing some people or some numbers: one short transaction, recorded in the access log.

Rows stay, without what was said, written or answered: calls, messages, outcomes and the figures made of them
are as they were. A do-not-contact entry stays with its number.

No list is stored meanwhile (``contacts/forgetting.py``). Everybody else who comes to need somebody (a stop,
a call, a place in a campaign) holds their row for it; so rows are locked first, and then asked about again:
what was committed while the first look was under way was not in it.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.appointments.tables import appointment
from callsvc.calls.tables import leg, webhook_event
from callsvc.contacts.forgetting import (
    forget_cases,
    forget_numbers,
    forget_people,
    store_nobody_meanwhile,
)
from callsvc.contacts.tables import contact, phone_number
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_session
from callsvc.messages.tables import message
from callsvc.retention.due import Past, cases_due, legs_of, numbers_due, people_due, places_of

ERASED = "retention-erased"
_NOTHING = b""


def erase_people(tx: Tx, when: Past, wanted: Sequence[str]) -> int:
    """Erase those of these people who are due: how many.

    Whoever is being changed at this moment is left for the next walk.
    """
    store_nobody_meanwhile(tx)
    held = _held(tx, contact, wanted)
    rows = list(tx.all(people_due(when).where(contact.c.id.in_(held))))
    ids = [row.id for row in rows]
    if not ids:
        return 0
    _erase_said(tx, legs_of(ids), places_of(ids))
    told = {"reason": "", "wish": "", "place": ""}
    tx.update(appointment, appointment.c.contact_id.in_(ids), **told)
    forget_people(tx, ids)
    forget_cases(tx, cases_due(tx, rows))
    record_access(tx, None, ERASED, ids[0], {"people": len(ids), "to": ids[-1]})
    return len(ids)


def erase_numbers(tx: Tx, when: Past, wanted: Sequence[str]) -> int:
    """The same for numbers that nobody of ours has any more, with what was said and written on them."""
    store_nobody_meanwhile(tx)
    held = _held(tx, phone_number, wanted)
    ids = [row.id for row in tx.all(numbers_due(when).where(phone_number.c.id.in_(held)))]
    if not ids:
        return 0
    _erase_said(tx, sa.select(leg.c.id).where(leg.c.number_id.in_(ids)), None)
    _erase_texts(tx, message.c.number_id.in_(ids))
    forget_numbers(tx, ids)
    record_access(tx, None, ERASED, ids[0], {"numbers": len(ids), "to": ids[-1]})
    return len(ids)


def _held(tx: Tx, table: sa.Table, wanted: Sequence[str]) -> list[str]:
    rows = sa.select(table.c.id).where(table.c.id.in_(wanted)).order_by(table.c.id)
    return [row.id for row in tx.all(rows.with_for_update(skip_locked=True))]


def _erase_said(tx: Tx, legs: sa.Select[tuple[str]], places: sa.Select[tuple[str]] | None) -> None:
    """What flows were answered on these legs and in conversations of these places, and what we said there."""
    spoke: sa.ColumnElement[bool] = flow_session.c.subject_id.in_(legs)
    if places is not None:
        spoke = spoke | flow_session.c.subject_id.in_(places)
        _erase_texts(tx, message.c.campaign_contact_id.in_(places))
    ended = flow_session.c.status == "ended"
    tx.update(flow_session, spoke & ended, state=_NOTHING, counted=True)
    tx.update(webhook_event, webhook_event.c.leg_id.in_(legs), answer=None)


def _erase_texts(tx: Tx, which: sa.ColumnElement[bool]) -> None:
    rows: Sequence[Any] = tx.all(sa.select(message.c.id).where(which))
    for row in rows:
        tx.update_row(message, row.id, body=tx.keyring.encrypt("", f"message:{row.id}"))

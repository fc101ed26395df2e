"""A walk over all people, then all numbers, a few at a time; whoever takes it up goes on where it stood."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog

from callsvc.carrier.port import CarrierError
from callsvc.contacts.tables import contact, phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import Unavailable
from callsvc.retention.astray import report_astray
from callsvc.retention.at_carrier import forget_at_carrier, held_of_numbers, held_of_people
from callsvc.retention.due import numbers_due, past, people_due
from callsvc.retention.erasing import erase_numbers, erase_people
from callsvc.retention.tables import retention_pass
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

AT_ONCE: Final = 50
"""People, or numbers, in one transaction: a call that waits for it waits milliseconds."""

_LONGEST_S = 30.0  # real seconds of one job; the next one goes on
_REST = timedelta(hours=1)  # machine time between two walks
_ONE = retention_pass.c.id == 1


@dataclass(frozen=True)
class Due:
    """Who would be erased now."""

    people: int
    numbers: int
    days: int


def preview_retention(tx: Tx) -> Due:
    """Counted; nothing is changed. Numbers: those that nobody has by now; more follow with their people."""
    when = past(tx)
    people = tx.scalar(sa.select(sa.func.count()).select_from(people_due(when).order_by(None).subquery()))
    numbers = tx.scalar(sa.select(sa.func.count()).select_from(numbers_due(when).order_by(None).subquery()))
    return Due(int(people), int(numbers), tx.settings.callsvc_retention_days)


def forget_due(rt: Runtime, *, at_once: bool = False) -> tuple[int, int]:
    """Erase what is due, for half a minute or to the end of the walk; how many people and numbers.

    A walk begins an hour after the last one ended, or ``at_once``. Where the carrier is to forget too and
    cannot be asked, it stands still: a job tries again in a minute, ``at_once`` it is
    ``carrier-unavailable``.
    """
    erased = {"people": 0, "numbers": 0}
    until = time.monotonic() + _LONGEST_S
    while at_once or time.monotonic() < until:
        with rt.db.read() as tx:
            look = _look(tx, at_once=at_once and not any(erased.values()))
        if look is None:
            break
        try:
            _tell_carrier(rt, look)
        except CarrierError as error:
            log.warning("retention-waits", reason=type(error).__name__)
            if at_once:
                raise Unavailable(
                    "carrier-unavailable", "The carrier is to forget too and cannot be asked: try again."
                ) from None
            break
        with rt.db.begin() as tx:
            done, over = _step(tx, look)
        erased[look.kind] += done
        if over:
            report_astray(rt)
            break
    return erased["people"], erased["numbers"]


@dataclass(frozen=True)
class _Look:
    """Who is next in the walk, looked for without a lock; ``row`` is where the walk stood."""

    kind: str
    ids: Sequence[str]
    row: tuple[Any, ...] | None


def _look(tx: Tx, *, at_once: bool) -> _Look | None:
    row = tx.first(sa.select(retention_pass).where(_ONE))
    kind, after = (row.kind, row.after) if row is not None else ("people", "")
    if row is not None and row.ended_at is not None:
        if not at_once and row.ended_at > tx.machine_now - _REST:
            return None
        kind, after = "people", ""
    due, key = (people_due, contact.c.id) if kind == "people" else (numbers_due, phone_number.c.id)
    rows = tx.all(due(past(tx)).where(key > after).limit(AT_ONCE))
    return _Look(kind, [one.id for one in rows], tuple(row) if row is not None else None)


def _tell_carrier(rt: Runtime, look: _Look) -> None:
    if rt.settings.callsvc_retention_at_carrier == "keep" or not look.ids:
        return
    with rt.db.read() as tx:
        held_of = held_of_people if look.kind == "people" else held_of_numbers
        held = held_of(tx, look.ids)
    forget_at_carrier(rt, held)


def _step(tx: Tx, look: _Look) -> tuple[int, bool]:
    """One transaction of the walk: how many were erased, and whether the walk is over.

    Whoever finds that another one was quicker does nothing, and looks again.
    """
    if look.row is None:
        tx.insert_once(retention_pass, id=1, kind="people", after="", ended_at=None)
    row = tx.first(sa.select(retention_pass).where(_ONE).with_for_update())
    if row is None or (look.row is not None and tuple(row) != look.row):
        return 0, False
    done = 0
    if look.ids:
        erase = erase_people if look.kind == "people" else erase_numbers
        done = erase(tx, past(tx), look.ids)
    over = not look.ids and look.kind == "numbers"
    values = {
        "kind": look.kind if look.ids else "numbers",
        "after": look.ids[-1] if look.ids else "",
        "ended_at": tx.machine_now if over else None,
    }
    tx.update(retention_pass, _ONE, **values)
    return done, over

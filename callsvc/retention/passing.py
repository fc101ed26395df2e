"""A walk over all people, then all numbers, a few at a time; whoever takes it up goes on where it stood."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.retention.astray import report_astray
from callsvc.retention.due import numbers_due, past, people_due
from callsvc.retention.erasing import erase_numbers, erase_people
from callsvc.retention.tables import retention_pass
from callsvc.runtime import Runtime

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

    A walk begins an hour after the last one ended, or ``at_once``.
    """
    people = numbers = 0
    until = time.monotonic() + _LONGEST_S
    while at_once or time.monotonic() < until:
        with rt.db.begin() as tx:
            kind, done = _step(tx, at_once=at_once and not (people or numbers))
        people += done if kind == "people" else 0
        numbers += done if kind == "numbers" else 0
        if kind == "end":
            report_astray(rt)
        if kind in ("", "end"):
            break
    return people, numbers


def _step(tx: Tx, *, at_once: bool) -> tuple[str, int]:
    """One transaction of the walk: of which kind, and how many; '' with nothing to do for now, and 'end'."""
    tx.insert_once(retention_pass, id=1, kind="people", after="", ended_at=None)
    row = tx.first(sa.select(retention_pass).where(_ONE).with_for_update(skip_locked=True))
    if row is None:
        return "", 0  # somebody else is at it
    kind, after = row.kind, row.after
    if row.ended_at is not None:
        if not at_once and row.ended_at > tx.machine_now - _REST:
            return "", 0
        kind, after = "people", ""
    erase = erase_people if kind == "people" else erase_numbers
    done, last = erase(tx, past(tx), after, AT_ONCE)
    following = {"people": "numbers", "numbers": "numbers"}[kind]
    over = not last and kind == "numbers"
    values = {
        "kind": kind if last else following,
        "after": last,
        "ended_at": tx.machine_now if over else None,
    }
    tx.update(retention_pass, _ONE, **values)
    return ("end" if over else kind), done

"""Whatever is due and not in hand: found by one indexed query each, leased again, and asked for as jobs.

Redis may forget everything at any moment; within three seconds each of these is asked for again.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.settling import expire_claims
from callsvc.calls.tables import carrier_update, leg
from callsvc.core.db import Tx
from callsvc.core.jobs import ASK_AGAIN, next_check
from callsvc.messages.settling import expire_message_claims
from callsvc.messages.tables import message
from callsvc.runtime import Runtime

_AT_ONCE = 200
_BATCH = 10
_BY_AGENTS = ("agent", "consult", "supervisor")  # legs that somebody at a desk wished for


def recreate_due(rt: Runtime) -> int:
    """Ask again for everything whose lease ran out; returns how many things were asked for."""
    expire_claims(rt)
    expire_message_claims(rt)
    with rt.db.read() as tx:
        nothing = not any(tx.first(query) for query in _due(tx))
    if nothing:
        return 0
    with rt.db.begin() as tx:
        return sum(
            (
                _lease(tx, _planned(tx, "contact"), leg, "place_calls"),
                _lease(tx, _planned(tx, *_BY_AGENTS), leg, "place_agent_leg"),
                _lease(tx, _updates(tx), carrier_update, "update_calls"),
                _lease(tx, _planned_messages(tx), message, "send_messages"),
                _doubts(tx, _legs_in_doubt(tx), leg),
                _doubts(tx, _messages_in_doubt(tx), message),
                _silent(tx, _silent_legs(tx), leg),
                _silent(tx, _silent_messages(tx), message),
            )
        )


def _due(tx: Tx) -> tuple[sa.Select[Any], ...]:
    return (
        _planned(tx, "contact"),
        _planned(tx, *_BY_AGENTS),
        _updates(tx),
        _planned_messages(tx),
        _legs_in_doubt(tx),
        _messages_in_doubt(tx),
        _silent_legs(tx),
        _silent_messages(tx),
    )


def _planned(tx: Tx, *roles: str) -> sa.Select[Any]:
    return (
        sa.select(leg.c.id)
        .where(leg.c.placement == "planned", leg.c.lease_until < tx.machine_now, leg.c.role.in_(roles))
        .limit(_AT_ONCE)
    )


def _updates(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(carrier_update.c.id)
        .where(carrier_update.c.result.is_(None), carrier_update.c.lease_until < tx.machine_now)
        .limit(_AT_ONCE)
    )


def _planned_messages(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(message.c.id)
        .where(message.c.placement == "planned", message.c.lease_until < tx.machine_now)
        .limit(_AT_ONCE)
    )


def _legs_in_doubt(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(leg.c.id)
        .where(leg.c.placement == "in-doubt", leg.c.settle_at <= tx.machine_now)
        .limit(_AT_ONCE)
    )


def _messages_in_doubt(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(message.c.id)
        .where(message.c.placement == "in-doubt", message.c.settle_at <= tx.machine_now)
        .limit(_AT_ONCE)
    )


def _silent_legs(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(leg.c.id, leg.c.checks)
        .where(
            leg.c.placement.in_(("placed", "received")),
            leg.c.ended_at.is_(None),
            leg.c.check_at < tx.machine_now,
        )
        .limit(_AT_ONCE)
    )


def _silent_messages(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(message.c.id, message.c.checks).where(message.c.check_at < tx.machine_now).limit(_AT_ONCE)
    )


def _ask(tx: Tx, job: str, ids: Sequence[str]) -> int:
    for start in range(0, len(ids), _BATCH):
        tx.enqueue(job, *ids[start : start + _BATCH])
    return len(ids)


def _hold(tx: Tx, query: sa.Select[Any]) -> Sequence[Row[Any]]:
    """Lock what is due and nobody else has: whoever holds a row is at work on it, and is not waited for.

    Without waiting there is no deadlock, so the rows need no order; SQLite would read the whole key for one.
    """
    return tx.all(query.with_for_update(skip_locked=True, key_share=True))


def _lease(tx: Tx, query: sa.Select[Any], table: sa.Table, job: str) -> int:
    ids = [row.id for row in _hold(tx, query)]
    if ids:
        tx.update(table, table.c.id.in_(ids), lease_until=tx.machine_now + ASK_AGAIN)
    return _ask(tx, job, ids)


def _doubts(tx: Tx, query: sa.Select[Any], table: sa.Table) -> int:
    ids = [row.id for row in _hold(tx, query)]
    if ids:
        tx.update(table, table.c.id.in_(ids), settle_at=tx.machine_now + ASK_AGAIN)
    return _ask(tx, "settle_doubt", ids)


def _silent(tx: Tx, query: sa.Select[Any], table: sa.Table) -> int:
    """Each look without news makes the next later."""
    rows = _hold(tx, query)
    for checks in sorted({row.checks for row in rows}):
        ids = [row.id for row in rows if row.checks == checks]
        check_at = tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, checks + 1)
        tx.update(table, table.c.id.in_(ids), checks=checks + 1, check_at=check_at)
    return _ask(tx, "reconcile_legs", [row.id for row in rows])

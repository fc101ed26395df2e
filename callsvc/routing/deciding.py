"""Decides about one waiting entry, takes the agent it names, and keeps the record of why."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import reserve_agent
from callsvc.core.db import Tx
from callsvc.routing.loading import load_snapshot
from callsvc.routing.queries import WAITING, hold_region
from callsvc.routing.rules import choose
from callsvc.routing.tables import aid_activation, queue_entry, routing_decision
from callsvc.routing.views import Decision

MOST_RACES = 25
"""Agents somebody else may snatch before we leave the entry to the next event."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A decision whose agent is reserved for us."""

    decision: Decision
    decision_id: str
    reservation_id: str


def decide(tx: Tx, entry: Row[Any]) -> Taken | None:
    """Choose and take an agent for this entry, held by the caller; None when it goes on waiting.

    The choice is made from a snapshot, then the agent is taken by compare-and-set. Before an aiding region is
    asked its row is taken and the counts are read again under it: two decisions at once could otherwise both
    see one agent above its reserve.
    """
    snatched: set[str] = set()
    deciding: set[str] = set()
    held: set[str] = set()
    for _ in range(MOST_RACES):
        view, snapshot = load_snapshot(tx, entry, without=snatched, deciding=frozenset(deciding))
        decision = choose(view, snapshot, tx.now)
        if decision.agent_id is None or decision.to_region is None:
            if decision.active is not None and snapshot.aid is not None:
                _remember_activation(tx, entry.region_code, snapshot.aid.home.active, decision.active)
            if not snatched and not deciding:
                _store_wait(tx, entry, decision)
            return None
        if decision.kind == "aid" and decision.to_region not in held:
            (held if hold_region(tx, decision.to_region) else deciding).add(decision.to_region)
            continue
        reservation_id = tx.new_id("rsv")
        if reserve_agent(tx, decision.agent_id, reservation_id):
            if decision.kind == "aid" and snapshot.aid is not None:
                _remember_activation(tx, entry.region_code, snapshot.aid.home.active, active=True)
            decision_id = _store(tx, entry, decision, _decisions_of(tx, entry))
            return Taken(decision=decision, decision_id=decision_id, reservation_id=reservation_id)
        snatched.add(decision.agent_id)
    return None


def close_aid(tx: Tx, region_code: str) -> None:
    """A region in which nobody waits is not being aided any more."""
    row = _hold_activation(tx, region_code)
    if row is not None and row.active:
        tx.update(
            aid_activation,
            (aid_activation.c.region_code == region_code)
            & ~sa.exists().where(WAITING, queue_entry.c.region_code == region_code),
            active=False,
            since=tx.now,
        )
        tx.changed("aid", region=region_code)


def _hold_activation(tx: Tx, region_code: str) -> Row[Any] | None:
    return tx.first(
        sa.select(aid_activation)
        .where(aid_activation.c.region_code == region_code)
        .with_for_update(skip_locked=True, key_share=True)
    )


def _remember_activation(tx: Tx, region_code: str, was_active: bool, active: bool) -> None:
    """Write down that aid opened or closed, unless another transaction is writing it right now."""
    if active == was_active:
        return
    tx.changed("aid", region=region_code)
    if _hold_activation(tx, region_code) is not None:
        tx.update(aid_activation, aid_activation.c.region_code == region_code, active=active, since=tx.now)
    elif tx.first(sa.select(aid_activation).where(aid_activation.c.region_code == region_code)) is None:
        # Only when there is none: inserting beside a row that somebody is changing would wait for them.
        tx.insert_once(aid_activation, region_code=region_code, active=active, since=tx.now)


def _decisions_of(tx: Tx, entry: Row[Any]) -> list[dict[str, Any]]:
    rows = tx.all(sa.select(routing_decision.c.inputs).where(routing_decision.c.entry_id == entry.id))
    return sorted((row.inputs for row in rows), key=lambda inputs: int(inputs["number"]))


def _store_wait(tx: Tx, entry: Row[Any], decision: Decision) -> None:
    """Keep a decision to wait only if it says something new about this entry."""
    before = _decisions_of(tx, entry)
    if not before or before[-1]["reason"] != decision.reason:
        _store(tx, entry, decision, before)


def _store(tx: Tx, entry: Row[Any], decision: Decision, before: list[dict[str, Any]]) -> str:
    decision_id = tx.new_id("dec")
    tx.insert(
        routing_decision,
        id=decision_id,
        entry_id=entry.id,
        at=tx.now,
        agent_id=decision.agent_id,
        from_region=entry.region_code,
        to_region=decision.to_region,
        kind=decision.kind,
        inputs={
            **decision.inputs,
            "number": len(before) + 1,
            "reason": decision.reason,
            "sentence_fr": decision.sentence_fr,
        },
        sentence=decision.sentence_en,
    )
    return decision_id

"""Writing down a decision and the offer it comes to: one way for the router, a supervisor and other work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.events import OfferMade, about
from callsvc.routing.tables import queue_entry, reservation, routing_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``number`` orders the decisions about one entry; ``said`` is its sentence in English and in French."""

    kind: str
    number: int
    inputs: Mapping[str, Any]
    said: tuple[str, str]


def record_decision(
    tx: Tx,
    entry_id: str,
    decision: Decision,
    *,
    from_region: str,
    to_region: str | None = None,
    agent_id: str | None = None,
) -> str:
    """Keep it with what it looked at; its id."""
    decision_id = tx.new_id("dec")
    english, french = decision.said
    tx.insert(
        routing_decision,
        id=decision_id,
        entry_id=entry_id,
        at=tx.now,
        agent_id=agent_id,
        from_region=from_region,
        to_region=to_region,
        kind=decision.kind,
        inputs={**decision.inputs, "number": decision.number, "sentence_fr": french},
        sentence=english,
    )
    return decision_id


def make_offer(
    tx: Tx, entry: Row[Any], decision: Decision, *, reservation_id: str, agent_id: str, agent_region: str
) -> None:
    """Offer an entry, held by the caller, to the agent whom this reservation holds already."""
    home = entry.region_code
    with tx.together():
        decision_id = record_decision(
            tx, entry.id, decision, from_region=home, to_region=agent_region, agent_id=agent_id
        )
        tx.insert(
            reservation,
            id=reservation_id,
            entry_id=entry.id,
            agent_id=agent_id,
            agent_region=agent_region,
            home_region=home if entry.kind == "call" else None,  # see measuring.py
            decision_id=decision_id,
            state="pending",
            offered_at=tx.now,
            deadline_at=tx.now + timedelta(seconds=tx.settings.callsvc_offer_s),
        )
        tx.update_row(queue_entry, entry.id, state="reserved", offers=entry.offers + 1)
    tx.emit(
        OfferMade(
            **about(entry, tx.now),
            reservation_id=reservation_id,
            agent_id=agent_id,
            agent_region=agent_region,
            decision_id=decision_id,
        )
    )

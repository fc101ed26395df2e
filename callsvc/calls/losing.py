"""A leg whose end nobody will ever tell us: given up, in our own column, never in the carrier's words."""

from typing import Any

from sqlalchemy.engine import Row

from callsvc.calls.events import LegLost
from callsvc.calls.statuses import report_incident, was_answered
from callsvc.calls.tables import leg, live_call
from callsvc.carrier.vocabulary import FAILED
from callsvc.core.db import Tx

LOSABLE = ("placed", "received")


def lose_leg(tx: Tx, row: Row[Any], why: str) -> None:
    """Give up a live leg; the caller holds its row. The number is free, and the place goes on.

    A word of the carrier may still come and is still joined; ``LegRevised`` is told of it then.
    """
    if row.placement not in LOSABLE or row.ended_at is not None:
        return
    tx.update(leg, leg.c.id == row.id, lost_at=tx.now, ended_at=tx.now, check_at=None)
    tx.delete(live_call, live_call.c.attempt_id == row.id)
    report_incident(tx, "leg-lost", row.id, why=why, status=row.status)
    tx.emit(
        LegLost(
            leg_id=row.id,
            call_id=row.call_id,
            role=row.role,
            direction="inbound" if row.placement == "received" else "outbound",
            at=tx.now,
            status=FAILED,
            answered=was_answered(row),
        )
    )

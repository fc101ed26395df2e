"""Nothing left open once the day is over: no doubt, no live call, no waiting entry, no second SID."""

from collections import defaultdict
from urllib.parse import urlsplit

import sqlalchemy as sa

from callsvc.audit.books import Books
from callsvc.audit.ledger import Ledger
from callsvc.audit.result import CheckResult
from callsvc.calls.tables import carrier_update, incident, leg, live_call
from callsvc.core.db import Tx
from callsvc.messages.tables import message
from callsvc.routing.tables import queue_entry, reservation

_OPEN_ENTRIES = ("pending", "reserved", "assigned", "wrapping")
_UNSETTLED = ("planned", "claimed", "in-doubt")


def check_loose_ends(tx: Tx, ledger: Ledger, books: Books) -> CheckResult:
    """Incidents do not fail the check, they are listed: each is for a person to read."""
    result = CheckResult("loose-ends", "No attempt in doubt, nothing live, nobody waiting")
    _open_legs(tx, result)
    for row in tx.all(
        sa.select(message.c.id, message.c.placement).where(message.c.placement.in_(_UNSETTLED))
    ):
        result.accuse(row.id, f"message still {row.placement}")
    for row in tx.all(sa.select(live_call)):
        result.accuse(row.attempt_id, f"still guards number {row.number_id} as live")
    for row in tx.all(
        sa.select(queue_entry.c.id, queue_entry.c.state).where(queue_entry.c.state.in_(_OPEN_ENTRIES))
    ):
        result.accuse(row.id, f"queue entry still {row.state}")
    for row in tx.all(
        sa.select(reservation.c.id, reservation.c.state).where(
            reservation.c.state.in_(("pending", "accepted")), reservation.c.ended_at.is_(None)
        )
    ):
        result.accuse(row.id, f"reservation still {row.state}")
    for row in tx.all(sa.select(carrier_update.c.id).where(carrier_update.c.result.is_(None))):
        result.accuse(row.id, "a change asked of the carrier was never settled")
    _second_sids(ledger, books, result)
    incidents = tx.all(sa.select(incident).order_by(incident.c.at))
    result.figures["incidents"] = len(incidents)
    result.notes = [f"incident {row.id}: {row.kind} ({row.subject})" for row in incidents]
    return result


def _open_legs(tx: Tx, result: CheckResult) -> None:
    result.examined = tx.scalar(sa.select(sa.func.count()).select_from(leg)) or 0
    live = leg.c.placement.in_(("placed", "received")) & leg.c.ended_at.is_(None)
    rows = tx.all(
        sa.select(leg.c.id, leg.c.placement, leg.c.status).where(leg.c.placement.in_(_UNSETTLED) | live)
    )
    for row in rows:
        result.accuse(row.id, f"leg still {row.placement} with status {row.status}")


def _second_sids(ledger: Ledger, books: Books, result: CheckResult) -> None:
    """Two calls at the carrier whose addresses name the same leg of ours are one attempt dialled twice."""
    sids: defaultdict[str, list[str]] = defaultdict(list)
    for fact in ledger.calls:
        if fact.direction == "inbound":
            continue
        parts = urlsplit(fact.url).path.split("/")
        # The first id names the leg placed; a call moved on later has other ids after it.
        leg_id = next((part for part in parts if part in books.leg_ids), None)
        if leg_id is not None and fact.parent_sid is None:
            sids[leg_id].append(fact.sid)
    for leg_id, found in sids.items():
        if len(found) > 1:
            result.accuse(leg_id, f"dialled {len(found)} times: {' '.join(found)}")

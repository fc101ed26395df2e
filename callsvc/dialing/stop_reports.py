"""What an emergency stop did, read from its row and from what the carrier has confirmed."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from callsvc.calls.tables import carrier_update, leg, stopped_leg
from callsvc.campaigns.tables import stop_order
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class StopReport:
    """What a stop did. ``seconds`` are real, from the order to the last call told; None while some are not.

    ``unsettled`` calls are asked to end, and the carrier has not confirmed it: it does not answer, or the
    request that places the call is itself in doubt. They are followed until they are over.
    """

    id: str
    campaign_id: str | None
    asked_by: str
    asked_at: datetime
    campaigns: int
    ringing_hung_up: int
    queued_canceled: int
    planned_dropped: int
    sms_canceled: int
    in_progress_left: int
    unsettled: int
    seconds: float | None
    lifted_at: datetime | None
    lifted_by: str | None

    @property
    def done(self) -> bool:
        return self.seconds is not None


def stop_report(tx: Tx, stop_id: str) -> StopReport:
    """What a stop did, as far as it has come; ``stop-unknown`` when there was none of this id."""
    row = tx.first(sa.select(stop_order).where(stop_order.c.id == stop_id))
    if row is None:
        raise NotFound("stop-unknown", "There was no stop of this id.")
    settled, unsettled = _what_became(tx, stop_id)
    done_at = row.done_machine_at if row.lease_until is None else None
    return StopReport(
        id=row.id,
        campaign_id=row.campaign_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        campaigns=row.campaigns,
        ringing_hung_up=settled.get("ringing", 0),
        queued_canceled=settled.get("queued", 0) + settled.get("unknown", 0),
        planned_dropped=row.planned_dropped,
        sms_canceled=row.sms_canceled,
        in_progress_left=row.in_progress_left,
        unsettled=unsettled,
        seconds=(done_at - row.asked_machine_at).total_seconds() if done_at is not None else None,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )


def _what_became(tx: Tx, stop_id: str) -> tuple[dict[str, int], int]:
    """Calls told to the carrier by how they were found, and how many it has not confirmed."""
    waits = sa.exists().where(
        carrier_update.c.leg_id == stopped_leg.c.leg_id,
        carrier_update.c.action == "end",
        carrier_update.c.result.is_(None) | carrier_update.c.result.in_(("failed", "given-up")),
    )
    open_still = waits & leg.c.ended_at.is_(None)
    rows = tx.all(
        sa.select(stopped_leg.c.found, open_still.label("unsettled"), sa.func.count().label("calls"))
        .join(leg, leg.c.id == stopped_leg.c.leg_id)
        .where(stopped_leg.c.stop_id == stop_id)
        .group_by(stopped_leg.c.found, open_still)
    )
    settled = {row.found: int(row.calls) for row in rows if not row.unsettled}
    return settled, sum(int(row.calls) for row in rows if row.unsettled)

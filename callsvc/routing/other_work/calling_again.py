"""Somebody an agent had called is cut off by the agent's line: they are called again, before anybody else."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import leg
from callsvc.core.db import Tx
from callsvc.routing.offering import offer_next
from callsvc.routing.other_work.working import Work, enter_work
from callsvc.routing.rules import FRONT

_WITHIN = timedelta(minutes=30)  # lived; later nobody knows what it was about


def call_again(tx: Tx, entry: Row[Any]) -> None:
    """A callback due now, at the head of the queue, for any agent of the region."""
    enter_work(
        tx,
        Work(
            kind="callback",
            subject_id=None,
            number_id=tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == entry.leg_id)),
            campaign_contact_id=entry.campaign_contact_id,
            region=entry.region_code,
            platform=entry.platform_code,
            skill=entry.skill,
            language=entry.language,
            priority=FRONT,
            promised_at=tx.now,
            deadline_at=tx.now + _WITHIN,
        ),
    )
    offer_next(tx, [entry.region_code])

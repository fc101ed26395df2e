"""Somebody an agent had called was cut off, and nobody was there for them: they are called again, first."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, leg
from callsvc.core.db import Tx
from callsvc.routing.other_work.working import Work, enter_work
from callsvc.routing.rules import FRONT

_AFTER = timedelta(minutes=1)  # lived: their telephone is free again
_WITHIN = timedelta(hours=8)  # lived; later nobody knows what it was about


def call_again(tx: Tx, entry: Row[Any]) -> None:
    """A callback, due in a moment, at the head of the queue, for any agent of the region."""
    enter_work(
        tx,
        Work(
            kind="callback",
            subject_id=None,
            number_id=tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == entry.leg_id)),
            campaign_contact_id=tx.scalar(
                sa.select(call.c.campaign_contact_id).where(call.c.id == entry.call_id)
            ),
            region=entry.region_code,
            platform=entry.platform_code,
            skill=entry.skill,
            language=entry.language,
            priority=FRONT,
            promised_at=tx.now + _AFTER,
            deadline_at=tx.now + _WITHIN,
        ),
    )

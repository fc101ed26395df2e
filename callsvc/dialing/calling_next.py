"""Somebody is the next whom their campaign calls, by hand or for a promise."""

import sqlalchemy as sa

from callsvc.campaigns.service import reopen
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.turns import PROMISED


def call_next(tx: Tx, places: sa.ColumnElement[bool], campaign_id: str) -> None:
    """These places of one campaign are called before all others, now; it runs again if it had completed."""
    tx.update(
        campaign_contact,
        places,
        status="waiting",
        outcome=None,
        outcome_at=None,
        next_try_at=tx.now,
        priority=PROMISED,
        unannounced=False,
    )
    reopen(tx, campaign_id)

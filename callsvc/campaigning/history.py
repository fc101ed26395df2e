"""Who changed what in a campaign, for its page."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.tables import account
from callsvc.campaigns.history import EDITS, Difference, differences
from callsvc.campaigns.tables import campaign_change
from callsvc.core.db import Tx


def changes_kept(tx: Tx, campaign_id: str, limit: int = 100) -> Sequence[Row[Any]]:
    """Every change with its two sides, newest first; ``name`` is None where no account did it."""
    return tx.all(
        sa.select(campaign_change, account.c.name)
        .outerjoin(account, account.c.id == campaign_change.c.by)
        .where(campaign_change.c.campaign_id == campaign_id)
        .order_by(campaign_change.c.at.desc(), campaign_change.c.id.desc())
        .limit(limit)
    )


def told(rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], list[Difference]]]:
    """Each change with what differs; the one that made the campaign differs from nothing."""
    return [(row, differences(row.before, row.after) if row.before else []) for row in rows]


def to_undo(rows: Sequence[Row[Any]]) -> str:
    """The id of the change of settings that can be taken back: the newest, and not the first. Else ''."""
    edits = [row for row in rows if row.what in EDITS]
    return str(edits[0].id) if edits and "id" in edits[0].before else ""

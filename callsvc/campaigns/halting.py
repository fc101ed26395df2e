"""What keeps a campaign from calling at this very moment: its pause or stop, or a stop of everything.

A stop of everything holds every start until an administrator lifts it. Starts and such a stop pass one gate:
many starts at once, or one stop. Whoever starts therefore sees the stop, or is seen by it.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import IN_FORCE, campaign, start_gate, stop_order
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, NotFound

HELD_BY_STOP = "everything-stopped"  # the note of a start that a stop held: only a person makes it up
_STOP = sa.select(stop_order).where(IN_FORCE)
_HOLD = sa.select(campaign).where(campaign.c.id == sa.bindparam("campaign_id")).with_for_update(read=True)


def stop_in_force(tx: Tx) -> Row[Any] | None:
    """The stop of everything that nobody has lifted yet, or None."""
    return tx.first(_STOP)


def gated(tx: Tx, *, alone: bool = False) -> None:
    """Hold the gate to the commit: together with other starts, or ``alone`` to stop everything.

    A start holds its campaign's row already; the stop takes the gate first and then the rows of campaigns
    that run, which no start waits for. Where writers take turns (SQLite) there is nothing to hold.
    """
    tx.insert_once(start_gate, id=1)
    tx.first(sa.select(start_gate).with_for_update(read=not alone))


def hold_campaign(tx: Tx, campaign_id: str) -> tuple[Row[Any], str]:
    """A campaign's row, which nobody pauses or stops before this transaction is over, and its state now.

    Many may hold it at once. Taken before any other lock of a claim: whoever pauses or stops takes it first,
    too, and then sees every claim there was. While everything is stopped, whatever runs counts as paused.
    """
    row = tx.first(_HOLD, campaign_id=campaign_id)
    if row is None:
        raise NotFound("campaign-unknown", f"No campaign is called {campaign_id!r}.")
    halted = row.state == "running" and stop_in_force(tx) is not None
    return row, "paused" if halted else row.state


def require_not_stopped(tx: Tx) -> None:
    """``everything-stopped`` while a stop of everything is in force."""
    if stop_in_force(tx) is not None:
        raise Conflict(
            HELD_BY_STOP,
            "Everything was stopped: an administrator lifts the stop (`callsvc campaign lift-stop`) first.",
        )


def lift_stop(tx: Tx, by: str) -> bool:
    """Let campaigns start and resume again, each by hand; False when nothing was stopped.

    What should have started by its schedule meanwhile waits for a person as well.
    """
    gated(tx, alone=True)
    lifted = tx.update(stop_order, IN_FORCE, lifted_at=tx.now, lifted_by=by)
    if lifted:
        missed = (campaign.c.state == "draft") & (campaign.c.starts_at <= tx.now)
        tx.update(campaign, missed, schedule_note=HELD_BY_STOP)
        tx.changed("operations", subject="stop")
    return bool(lifted)

"""A stop of everything holds every start until an administrator lifts it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import IN_FORCE, stop_order
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict

_STOP = sa.select(stop_order).where(IN_FORCE)


def stop_in_force(tx: Tx) -> Row[Any] | None:
    """The stop of everything that nobody has lifted yet, or None."""
    return tx.first(_STOP)


def require_not_stopped(tx: Tx) -> None:
    """``everything-stopped`` while a stop of everything is in force."""
    if stop_in_force(tx) is not None:
        raise Conflict(
            "everything-stopped",
            "Everything was stopped: an administrator lifts the stop (`callsvc campaign lift-stop`) first.",
        )


def lift_stop(tx: Tx, by: str) -> bool:
    """Let campaigns start and resume again, each by hand; False when nothing was stopped."""
    lifted = tx.update(stop_order, IN_FORCE, lifted_at=tx.now, lifted_by=by)
    if lifted:
        tx.changed("operations", subject="stop")
    return bool(lifted)

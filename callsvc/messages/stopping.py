"""SMS that nobody has sent yet are withdrawn when their campaign, or everything, is stopped.

While everything is stopped none is sent; the one that confirms a STOP always is.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.messages.events import MessageEnded
from callsvc.messages.service import STOP_CONFIRMED
from callsvc.messages.tables import message

_WITHDRAWN = "withdrawn"
_HELD = "everything-stopped"
_LOOK_AGAIN = timedelta(seconds=30)  # machine time


def cancel_unsent(tx: Tx, campaign_id: str | None) -> int:
    """Withdraw the planned SMS of one campaign, or all there are (None); returns how many."""
    planned = (message.c.placement == "planned") & (message.c.direction == "outbound")
    planned &= message.c.cause.not_like(f"{STOP_CONFIRMED}%")
    if campaign_id is not None:
        places = sa.select(campaign_contact.c.id).where(campaign_contact.c.campaign_id == campaign_id)
        planned &= message.c.campaign_contact_id.in_(places)
    rows = tx.all(
        message.update()
        .where(planned)
        .values(placement=_WITHDRAWN, reasons="stopped", lease_until=None)
        .returning(message.c.id, message.c.campaign_contact_id)
    )
    for row in rows:
        tx.emit(
            MessageEnded(
                message_id=row.id,
                campaign_contact_id=row.campaign_contact_id,
                status=_WITHDRAWN,
                at=tx.now,
            )
        )
    return len(rows)


def held_back(tx: Tx, row: Row[Any]) -> bool:
    """True while everything is stopped: this planned message is looked at again later."""
    if stop_in_force(tx) is None or str(row.cause).startswith(STOP_CONFIRMED):
        return False
    tx.update(message, message.c.id == row.id, reasons=_HELD, lease_until=tx.machine_now + _LOOK_AGAIN)
    return True

"""SMS that nobody has sent yet are withdrawn when their campaign, or everything, is stopped."""

import sqlalchemy as sa

from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.messages.events import MessageEnded
from callsvc.messages.tables import message

_WITHDRAWN = "withdrawn"


def cancel_unsent(tx: Tx, campaign_id: str | None) -> int:
    """Withdraw the planned SMS of one campaign, or all there are (None); returns how many."""
    planned = (message.c.placement == "planned") & (message.c.direction == "outbound")
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

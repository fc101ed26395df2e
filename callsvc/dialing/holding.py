"""Somebody who is due to be called calls us: their attempt is held while they are on the line.

The number is only a hint, so nothing is cancelled on its word: the place in the campaign is closed only when
the conversation reached them; otherwise their turn comes as before.
"""

from datetime import timedelta

import sqlalchemy as sa

from callsvc.calls.events import LegEnded
from callsvc.calls.tables import call, leg
from callsvc.campaigns.dispositions import flags_of
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_session

_LONGEST_HOLD = timedelta(hours=4)


def _people_of(number_id: str) -> sa.Select[tuple[str]]:
    return sa.select(contact_number.c.contact_id).where(contact_number.c.number_id == number_id)


def hold_due_attempts(tx: Tx, number_id: str) -> None:
    tx.update(
        campaign_contact,
        campaign_contact.c.contact_id.in_(_people_of(number_id)) & (campaign_contact.c.status == "waiting"),
        status="held",
        skip_reasons="on-the-line",
        deadline_at=tx.now + _LONGEST_HOLD,
    )


def release_held_attempts(tx: Tx, event: LegEnded) -> None:
    """The inbound call is over: who was reached is done, the others wait for their turn again."""
    if event.role != "contact" or event.direction != "inbound":
        return
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == event.leg_id))
    outcome = tx.scalar(sa.select(flow_session.c.outcome).where(flow_session.c.subject_id == event.leg_id))
    hinted = tx.scalar(sa.select(call.c.contact_id).where(call.c.id == event.call_id))
    held = tx.all(
        sa.select(campaign_contact.c.id, campaign_contact.c.contact_id).where(
            campaign_contact.c.contact_id.in_(_people_of(number_id)), campaign_contact.c.status == "held"
        )
    )
    for row in held:
        if row.contact_id == hinted and flags_of(outcome or "").reached:
            finish_contact(tx, row.id, outcome or "reached")
        else:
            tx.update(campaign_contact, campaign_contact.c.id == row.id, status="waiting", skip_reasons="")

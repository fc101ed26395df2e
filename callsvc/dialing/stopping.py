"""Opt-outs and stops reach the calls under way: planned ones are withdrawn, live ones ended."""

import sqlalchemy as sa

from callsvc.calls.tables import call, leg
from callsvc.calls.updates import end_leg
from callsvc.campaigns.events import CampaignStopped
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.events import NumberSuppressed
from callsvc.core.db import Tx

_UNANSWERED = sa.and_(
    leg.c.role == "contact",
    leg.c.placement.in_(("planned", "claimed", "in-doubt", "placed")),
    leg.c.ended_at.is_(None),
    leg.c.answered_at.is_(None),
)


def cancel_suppressed(tx: Tx, event: NumberSuppressed) -> None:
    """Calls to this number that nobody has answered yet are cancelled; the answer webhook catches the rest.

    The call in which the person opted out is answered, and goes on to say goodbye.
    """
    if event.scope == "sms":
        return
    query = (
        sa.select(leg.c.id)
        .join(call, call.c.id == leg.c.call_id)
        .where(leg.c.number_id == event.number_id, _UNANSWERED)
    )
    if event.scope == "purpose":
        query = (
            query.join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
            .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
            .where(campaign.c.purpose == event.purpose)
        )
    for row in tx.all(query):
        end_leg(tx, row.id)


def cancel_stopped(tx: Tx, event: CampaignStopped) -> None:
    """Stop cancels what is planned, queued or rings; who has answered already is not hung up on."""
    query = (
        sa.select(leg.c.id)
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .where(campaign_contact.c.campaign_id == event.campaign_id, _UNANSWERED)
    )
    for row in tx.all(query):
        end_leg(tx, row.id)

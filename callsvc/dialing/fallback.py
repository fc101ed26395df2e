"""One SMS to a person whom no call reached; it names neither purpose nor health."""

import sqlalchemy as sa

from callsvc.campaigns.dispositions import NOT_REACHED
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.facts import campaign_row, config_of, numbers_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.messages.service import plan_message


def text_unreached(tx: Tx, event: ContactFinished) -> None:
    """React to the outcome ``not-reached`` with the campaign's fallback SMS, if it has one."""
    if event.outcome != NOT_REACHED:
        return
    campaign = campaign_row(tx, event.campaign_id)
    config = config_of(campaign)
    if config.sms_fallback is None or campaign.state == "stopped":
        return  # stop must not be what sends an SMS to everybody
    contact_id = tx.scalar(
        sa.select(campaign_contact.c.contact_id).where(campaign_contact.c.id == event.campaign_contact_id)
    )
    mobiles = [row for row in numbers_of(tx, [contact_id]).get(contact_id, []) if row.kind != "fixed"]
    if not mobiles:
        return
    language = tx.scalar(sa.select(contact.c.language).where(contact.c.id == contact_id))
    texts = config.sms_fallback.text
    plan_message(
        tx,
        number_id=mobiles[0].id,
        body=texts.get(language) or next(iter(texts.values())),
        sender=config.sms_fallback.sender,
        purpose=config.purpose,
        cause=f"fallback:{event.campaign_contact_id}",
        campaign_contact_id=event.campaign_contact_id,
    )

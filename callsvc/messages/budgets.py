"""The SMS of a campaign are in its budget of euros: counted at the claim, given back if never sent.

An SMS in doubt counts. A reply to somebody who has just written is counted and never held back: it alone may
pass the limit, by what it costs.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.budgets import add_spent, lock_budget, spending_of
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.spending import Spending, day_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.messages.events import MessageEnded
from callsvc.messages.prices import cost_of_text, prices_of
from callsvc.messages.tables import message_spend

_NEVER_SENT = ("not-placed", "refused")


def lock_text_budget(tx: Tx, row: Row[Any]) -> None:
    """Before the verdict on a planned message, and after its number's lock."""
    config = _budgeted(tx, row)
    if config is not None:
        lock_budget(tx, config, config.id)


def text_spending(tx: Tx, config: CampaignFile, campaign_id: str, cost: int) -> Spending:
    """What the day has left for an SMS of so many micro-euros; calls and minutes are not its matter."""
    if not config.budget.euros_a_day:
        return Spending()
    euros = config.model_copy(
        update={"most_calls_a_day": 0, "budget": config.budget.model_copy(update={"minutes_a_day": 0})}
    )
    spending = spending_of(tx, euros, campaign_id)
    return Spending(**{**vars(spending), "next_micro_euros": cost})


def cost_of_message(tx: Tx, config: CampaignFile, row: Row[Any], country: str) -> int:
    """Micro-euros of this message."""
    text = tx.keyring.decrypt(row.body, f"message:{row.id}")
    return cost_of_text(prices_of(tx.settings, config), country, text)


def spend_text(tx: Tx, row: Row[Any], number: Row[Any]) -> None:
    """A claim: what the message costs is spent. The day's row is locked."""
    config = _budgeted(tx, row)
    if config is None:
        return
    day, cost = day_of(tx.now, tx.settings.zone), cost_of_message(tx, config, row, number.country)
    tx.insert(message_spend, message_id=row.id, campaign_id=config.id, day=day, micro_euros=cost)
    add_spent(tx, config.id, day, micro_euros=cost)


def unspend_text(tx: Tx, message_id: str) -> None:
    """It is certain that this message was not sent."""
    mine = message_spend.c.message_id == message_id
    spent = tx.first(sa.select(message_spend).where(mine))
    if spent is not None:
        tx.delete(message_spend, mine)
        add_spent(tx, spent.campaign_id, spent.day, micro_euros=-spent.micro_euros)


def give_back_text(tx: Tx, event: MessageEnded) -> None:
    """React to the end of a message that never existed at the carrier."""
    if event.status in _NEVER_SENT:
        unspend_text(tx, event.message_id)


def _budgeted(tx: Tx, row: Row[Any]) -> CampaignFile | None:
    """The campaign of a message, if it has a budget of euros."""
    if row.campaign_contact_id is None:
        return None
    campaign_id = tx.scalar(
        sa.select(campaign_contact.c.campaign_id).where(campaign_contact.c.id == row.campaign_contact_id)
    )
    config = config_of(campaign_row(tx, campaign_id)) if campaign_id else None
    return config if config is not None and config.budget.euros_a_day else None

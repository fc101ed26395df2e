"""The day's row of a campaign with a budget: locked by whoever spends from it, call or SMS.

What may be needed is held at the claim under that lock, so that two claims can never both take what is left,
and the bill takes its place. Campaigns without a budget never touch the row.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.spending import Spending, day_of
from callsvc.campaigns.tables import campaign_day
from callsvc.core.db import Tx

_NOTHING = {"calls": 0, "seconds": 0, "micro_euros": 0, "held_seconds": 0, "held_micro_euros": 0}


def has_budget(config: CampaignFile) -> bool:
    """True if this campaign may spend only so much a day."""
    return bool(config.most_calls_a_day or config.budget.minutes_a_day or config.budget.euros_a_day)


def spending_of(tx: Tx, config: CampaignFile, campaign_id: str) -> Spending:
    """What the campaign has spent today and may spend."""
    if not has_budget(config):
        return Spending()
    zone = tx.settings.zone
    day = day_of(tx.now, zone)
    row = tx.first(_day(campaign_id, day))
    return Spending(
        day=day,
        zone=zone,
        **{name: getattr(row, name) for name in _NOTHING} if row else {},
        most_calls=config.most_calls_a_day,
        most_minutes=config.budget.minutes_a_day,
        most_euros=config.budget.euros_a_day,
    )


def lock_budget(tx: Tx, config: CampaignFile, campaign_id: str) -> None:
    """Take the day's row, before the facts of a claim are read and after every other lock of a claim."""
    if not has_budget(config):
        return
    day = day_of(tx.now, tx.settings.zone)
    tx.insert_once(campaign_day, campaign_id=campaign_id, day=day, **_NOTHING)
    tx.first(_day(campaign_id, day).with_for_update())


def add_spent(tx: Tx, campaign_id: str, day: date, **amounts: int) -> None:
    """Add to what is spent and held on a day, by the names of the row; less than 0 gives back."""
    mine = (campaign_day.c.campaign_id == campaign_id) & (campaign_day.c.day == day)
    tx.update(campaign_day, mine, **{name: campaign_day.c[name] + more for name, more in amounts.items()})


def _day(campaign_id: str, day: Any) -> sa.Select[Any]:
    return sa.select(campaign_day).where(campaign_day.c.campaign_id == campaign_id, campaign_day.c.day == day)

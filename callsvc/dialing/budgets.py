"""The budget of a day, exact at the claim: one row a campaign and day, locked by whoever spends from it.

A claim adds the estimate of its call under that lock, so that two claims can never both take the last place.
The carrier's bill replaces the estimate when the call ends; a call proven not placed gives it back. Campaigns
without a budget never touch the row.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded, LegNotPlaced, LegRevived
from callsvc.calls.tables import leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.spending import Spending, day_of
from callsvc.campaigns.tables import campaign_day
from callsvc.core.db import Tx
from callsvc.core.tariffs import cost_of, rate_of, read_tariffs
from callsvc.dialing.tables import leg_spend


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
        calls=row.calls if row else 0,
        seconds=row.seconds if row else 0,
        micro_euros=row.micro_euros if row else 0,
        most_calls=config.most_calls_a_day,
        most_minutes=config.budget.minutes_a_day,
        most_euros=config.budget.euros_a_day,
    )


def lock_budget(tx: Tx, config: CampaignFile, campaign_id: str) -> None:
    """Take the day's row, before the facts of a claim are read: the last lock of a claim, after the leg's."""
    if not has_budget(config):
        return
    day = day_of(tx.now, tx.settings.zone)
    tx.insert_once(campaign_day, campaign_id=campaign_id, day=day, calls=0, seconds=0, micro_euros=0)
    tx.first(_day(campaign_id, day).with_for_update())


def next_cost(config: CampaignFile, tariffs: str, country: str, kind: str) -> tuple[int, int]:
    """Seconds and micro-euros that a call to such a number is expected to take."""
    seconds = -(-config.budget.expected_s // 60) * 60
    return seconds, cost_of(_rate(config, tariffs, country, kind), seconds)


def _rate(config: CampaignFile, tariffs: str, country: str, kind: str) -> int:
    return rate_of(read_tariffs(config.budget.tariffs or tariffs), country, kind)


def spend(tx: Tx, row: Row[Any], config: CampaignFile, campaign_id: str, number: Row[Any]) -> None:
    """A claim: its call counts, as estimated. The day's row is locked."""
    if not has_budget(config):
        return
    rate = _rate(config, tx.settings.callsvc_tariffs, number.country, number.kind)
    seconds, micro_euros = next_cost(config, tx.settings.callsvc_tariffs, number.country, number.kind)
    day = day_of(tx.now, tx.settings.zone)
    tx.insert(
        leg_spend,
        leg_id=row.id,
        campaign_id=campaign_id,
        day=day,
        seconds=seconds,
        micro_euros=micro_euros,
        rate_micro_euros=rate,
    )
    _add(tx, campaign_id, day, calls=1, seconds=seconds, micro_euros=micro_euros)


_SPENT = sa.select(leg_spend).where(leg_spend.c.leg_id == sa.bindparam("leg_id"))  # asked at every end


def settle_spent(tx: Tx, event: LegEnded) -> None:
    """A call is over, or its end told anew: what is billed takes the place of what was thought before."""
    spent = tx.first(_SPENT, leg_id=event.leg_id)
    if spent is None:
        return
    billed = tx.scalar(sa.select(leg.c.duration_s).where(leg.c.id == event.leg_id)) or 0
    seconds = -(-billed // 60) * 60
    micro_euros = cost_of(spent.rate_micro_euros, billed)
    tx.update(leg_spend, leg_spend.c.leg_id == event.leg_id, seconds=seconds, micro_euros=micro_euros)
    _add(
        tx,
        spent.campaign_id,
        spent.day,
        seconds=seconds - spent.seconds,
        micro_euros=micro_euros - spent.micro_euros,
    )


def take_again(tx: Tx, event: LegRevived) -> None:
    """The carrier has a call that was proven not placed: it counts after all, and its bill will follow."""
    spent = tx.first(_SPENT, leg_id=event.leg_id)
    if spent is not None:
        _add(tx, spent.campaign_id, spent.day, calls=1)


def give_back(tx: Tx, event: LegNotPlaced) -> None:
    """It is proven that the call never existed: it costs nothing and is none."""
    spent = tx.first(_SPENT, leg_id=event.leg_id)
    if spent is None:
        return
    tx.update(leg_spend, leg_spend.c.leg_id == event.leg_id, seconds=0, micro_euros=0)
    _add(
        tx,
        spent.campaign_id,
        spent.day,
        calls=-1,
        seconds=-spent.seconds,
        micro_euros=-spent.micro_euros,
    )


def _day(campaign_id: str, day: Any) -> sa.Select[Any]:
    return sa.select(campaign_day).where(campaign_day.c.campaign_id == campaign_id, campaign_day.c.day == day)


def _add(tx: Tx, campaign_id: str, day: Any, **amounts: int) -> None:
    mine = (campaign_day.c.campaign_id == campaign_id) & (campaign_day.c.day == day)
    tx.update(campaign_day, mine, **{name: campaign_day.c[name] + more for name, more in amounts.items()})

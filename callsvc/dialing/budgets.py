"""What a call takes from its campaign's budget of the day: its longest possible cost, until it is billed.

The carrier ends a call of such a campaign before it costs more than was held for it (``limit_s``), so that
minutes and euros are never passed. A call proven not placed gives everything back; one that the carrier turns
out to have had nevertheless is held for again, and may pass the limit. So may a call on which a person talks
with an agent: a budget ends no conversation. What one takes beyond what was held is held at each further
claim (``hold_overtime``), so that nobody else is called on money that is already spoken away.
"""

import math
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded, LegNotPlaced, LegRevived
from callsvc.calls.tables import leg, live_call
from callsvc.campaigns.budgets import add_spent, has_budget
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.spending import day_of
from callsvc.core.db import Tx
from callsvc.core.tariffs import MICRO, cost_of, rate_of, read_tariffs
from callsvc.dialing.tables import leg_spend
from callsvc.flows.agents import meets_people

LONGEST_CALL_S = 3600  # of a campaign that does not count minutes or euros, and of a conversation
_MINUTE = 60
_LATE_S = 5  # the carrier ends a call so much before the minute that was not held for it


def next_cost(config: CampaignFile, tariffs: str, country: str, kind: str) -> tuple[int, int]:
    """Seconds (whole minutes) and micro-euros that a call to such a number may take at most.

    ``longest_s``, or what a whole day's budget pays for if that is less; never less than a minute.
    """
    rate = _rate(config, tariffs, country, kind)
    seconds = config.budget.longest_s
    if config.budget.minutes_a_day:
        seconds = min(seconds, config.budget.minutes_a_day * _MINUTE)
    if config.budget.euros_a_day and rate:
        seconds = min(seconds, round(config.budget.euros_a_day * MICRO) // rate * _MINUTE)
    seconds = max(_MINUTE, seconds // _MINUTE * _MINUTE)
    return seconds, cost_of(rate, seconds)


def limit_s(tx: Tx, row: Row[Any], campaign: Row[Any], config: CampaignFile, number: Row[Any]) -> int:
    """After how many seconds the carrier ends this planned call of a campaign's row.

    Later than was held for it where a person may be talking with somebody by then.
    """
    if not _counts(config) or _may_talk(tx, row, campaign):
        return LONGEST_CALL_S
    return next_cost(config, tx.settings.callsvc_tariffs, number.country, number.kind)[0] - _LATE_S


def _counts(config: CampaignFile) -> bool:
    return bool(config.budget.minutes_a_day or config.budget.euros_a_day)


def _may_talk(tx: Tx, row: Row[Any], campaign: Row[Any]) -> bool:
    return row.agent_id is not None or meets_people(tx, campaign.flow_version)


def hold_overtime(tx: Tx, config: CampaignFile, campaign_id: str) -> None:
    """Calls under way that last longer than was held for them: their minutes so far are held. At a claim.

    The day's row is locked. A call that is being billed at this moment is left to its bill.
    """
    if not _counts(config):
        return
    under_way = (
        sa.select(leg_spend, leg.c.answered_at)
        .join(live_call, live_call.c.attempt_id == leg_spend.c.leg_id)
        .join(leg, leg.c.id == leg_spend.c.leg_id)
        .where(
            leg_spend.c.campaign_id == campaign_id,
            leg_spend.c.settled.is_(False),
            leg.c.answered_at <= tx.now - timedelta(seconds=_MINUTE),
        )
        .order_by(leg_spend.c.leg_id)
    )
    for spent in tx.all(under_way.with_for_update(of=leg_spend, skip_locked=True)):
        seconds = _whole_minutes((tx.now - spent.answered_at).total_seconds())
        more, micro_euros = seconds - spent.seconds, cost_of(spent.rate_micro_euros, seconds)
        if more > 0:
            tx.update(leg_spend, leg_spend.c.leg_id == spent.leg_id, seconds=seconds, micro_euros=micro_euros)
            add_spent(tx, campaign_id, spent.day, **_held(more, micro_euros - spent.micro_euros))


def _rate(config: CampaignFile, tariffs: str, country: str, kind: str) -> int:
    return rate_of(read_tariffs(config.budget.tariffs or tariffs), country, kind)


def spend(tx: Tx, row: Row[Any], config: CampaignFile, campaign_id: str, number: Row[Any]) -> None:
    """A claim: what its call may take is held. The day's row is locked."""
    if not has_budget(config):
        return
    tariffs = tx.settings.callsvc_tariffs
    seconds, micro_euros = next_cost(config, tariffs, number.country, number.kind)
    day = day_of(tx.now, tx.settings.zone)
    tx.insert(
        leg_spend,
        leg_id=row.id,
        campaign_id=campaign_id,
        day=day,
        seconds=seconds,
        micro_euros=micro_euros,
        held_seconds=seconds,
        rate_micro_euros=_rate(config, tariffs, number.country, number.kind),
        settled=False,
    )
    add_spent(tx, campaign_id, day, calls=1, **_held(seconds, micro_euros))


def _held(seconds: int, micro_euros: int) -> dict[str, int]:
    return {
        "seconds": seconds,
        "micro_euros": micro_euros,
        "held_seconds": seconds,
        "held_micro_euros": micro_euros,
    }


# Asked at every end. Held, so that no claim holds overtime between its reading and its bill.
_SPENT = sa.select(leg_spend).where(leg_spend.c.leg_id == sa.bindparam("leg_id")).with_for_update()


def settle_spent(tx: Tx, event: LegEnded) -> None:
    """A call is over, or its end told anew: what is billed takes the place of what was thought before."""
    spent = tx.first(_SPENT, leg_id=event.leg_id)
    if spent is None:
        return
    billed = tx.scalar(sa.select(leg.c.duration_s).where(leg.c.id == event.leg_id)) or 0
    seconds = _whole_minutes(billed)
    micro_euros = cost_of(spent.rate_micro_euros, billed)
    mine = leg_spend.c.leg_id == event.leg_id
    tx.update(leg_spend, mine, seconds=seconds, micro_euros=micro_euros, settled=True)
    add_spent(
        tx,
        spent.campaign_id,
        spent.day,
        seconds=seconds - spent.seconds,
        micro_euros=micro_euros - spent.micro_euros,
        **_no_longer_held(spent),
    )


def _whole_minutes(seconds: float) -> int:
    return math.ceil(seconds / _MINUTE) * _MINUTE


def _no_longer_held(spent: Row[Any]) -> dict[str, int]:
    if spent.settled:
        return {}
    return {"held_seconds": -spent.seconds, "held_micro_euros": -spent.micro_euros}


def take_again(tx: Tx, event: LegRevived) -> None:
    """The carrier has a call that was proven not placed: it counts after all, and its bill will follow."""
    spent = tx.first(_SPENT, leg_id=event.leg_id)
    if spent is None:
        return
    micro_euros = cost_of(spent.rate_micro_euros, spent.held_seconds)
    held = {"seconds": spent.held_seconds, "micro_euros": micro_euros, "settled": False}
    tx.update(leg_spend, leg_spend.c.leg_id == event.leg_id, **held)
    add_spent(tx, spent.campaign_id, spent.day, calls=1, **_held(spent.held_seconds, micro_euros))


def give_back(tx: Tx, event: LegNotPlaced) -> None:
    """It is proven that the call never existed: it costs nothing and is none."""
    spent = tx.first(_SPENT, leg_id=event.leg_id)
    if spent is None:
        return
    tx.update(leg_spend, leg_spend.c.leg_id == event.leg_id, seconds=0, micro_euros=0, settled=True)
    amounts = {"seconds": -spent.seconds, "micro_euros": -spent.micro_euros} | _no_longer_held(spent)
    add_spent(tx, spent.campaign_id, spent.day, calls=-1, **amounts)

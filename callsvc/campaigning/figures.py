"""What a campaign does now: calls a second, calls under way, tries; and when it is expected to end."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.calls.tables import call, leg
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx

RECENTLY = timedelta(minutes=1)  # lived; the window of the rate


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """``rate``: calls set up a second, over the last minute. ``tries`` of everybody, so far."""

    rate: float
    live: int
    tries: int


def pulse_of(tx: Tx, principal: Principal, campaign_id: str) -> Pulse:
    """Of the principal's people alone."""
    mine = scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code)
    here = (campaign_contact.c.campaign_id == campaign_id) & mine
    calls = (
        sa.select(sa.func.count())
        .select_from(leg)
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .where(here, leg.c.role == "contact")
    )
    recent = tx.scalar(calls.where(leg.c.claimed_at > tx.now - RECENTLY))
    out = leg.c.placement.in_(("claimed", "in-doubt", "placed"))
    live = tx.scalar(calls.where(out, leg.c.ended_at.is_(None)))
    tries = tx.scalar(sa.select(sa.func.coalesce(sa.func.sum(campaign_contact.c.tries), 0)).where(here))
    return Pulse(rate=int(recent or 0) / RECENTLY.total_seconds(), live=int(live or 0), tries=int(tries or 0))

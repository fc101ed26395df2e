"""Why has this person not been called yet? The same question that decides every call, asked aloud."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.rules import may_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.dialing.facts import candidates


@dataclass(frozen=True)
class NumberVerdict:
    """One number of the person: ``reasons`` empty means that it may be called now."""

    number_id: str
    reasons: tuple[str, ...]
    earliest: datetime | None


@dataclass(frozen=True)
class WhyNot:
    """Where a person stands in a campaign, and what each of their numbers answers now."""

    status: str
    tries: int
    next_try_at: datetime
    noted: str  # what the planner noted when it last passed over them
    numbers: tuple[NumberVerdict, ...]


def why_not_called(tx: Tx, principal: Principal, campaign_id: str, place_id: str) -> WhyNot:
    """Raises ``NotFound`` (campaign-unknown, campaign-contact-unknown)."""
    campaign = campaign_row(tx, campaign_id)
    place = tx.first(
        sa.select(campaign_contact).where(
            campaign_contact.c.id == place_id,
            campaign_contact.c.campaign_id == campaign_id,
            scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code),
        )
    )
    if place is None:
        raise NotFound("campaign-contact-unknown", "This campaign has nobody under this id in your regions.")
    found = candidates(tx, config_of(campaign), campaign.state, [place.contact_id])
    verdicts = [
        (one.number_id, may_contact(one.facts, "voice", tx.now)) for one in found.get(place.contact_id, ())
    ]
    return WhyNot(
        status=place.status,
        tries=place.tries,
        next_try_at=place.next_try_at,
        noted=place.skip_reasons,
        numbers=tuple(NumberVerdict(id, verdict.reasons, verdict.earliest) for id, verdict in verdicts),
    )

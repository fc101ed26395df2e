"""What a flow is told of somebody of a campaign whom it does not speak to: a trial, a walk in the terminal.

The facts are those of a call to this very person; the one who listens is somebody else.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.flows.tables import flow_trial
from callsvc.webhooks.facts import facts_for_text, mobile_of
from callsvc.webhooks.moments import MOMENTS, add_moments, as_call


@dataclass(frozen=True)
class AsIf:
    """The facts of a call to this person, moments included, and their language."""

    facts: dict[str, Any]
    language: str | None


def as_if_called(tx: Tx, place_id: str) -> AsIf:
    """The facts of this place; ``place-unknown`` when it is gone. The caller has recorded the reading."""
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == place_id))
    if place is None:
        raise NotFound("place-unknown", "This person is in the campaign no more.")
    config = config_of(campaign_row(tx, place.campaign_id))
    facts, language = facts_for_text(tx, place, caller_id=config.caller_id, purpose=config.purpose)
    facts["contact"]["has_mobile"] = mobile_of(tx, place.contact_id) is not None
    add_moments(tx, facts, as_call(tx, place.id), MOMENTS, config.purpose)
    return AsIf(facts, language)


def of_trial(tx: Tx, call_id: str) -> AsIf | None:
    """Whose data this call speaks with; None when it is an invented person's."""
    place_id = tx.scalar(sa.select(flow_trial.c.place_id).where(flow_trial.c.call_id == call_id))
    return as_if_called(tx, place_id) if place_id is not None else None

"""Whose data a trial speaks with: somebody of a campaign, by their place, by their case, or anybody.

Their number is never called for it: the call goes to the number that was typed. What is kept is which place
was chosen; what is known of the person is read when the call is answered, and then stands in the session.
"""

import random
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access, record_read
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.trials import not_a_trial
from callsvc.contacts.tables import contact, tracing_case
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.flows.tables import flow_trial

ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """``who`` is a place's id, a case's reference, or ``any``: by chance, in the principal's regions."""

    campaign_id: str
    who: str


def pick_place(tx: Tx, principal: Principal | None, wanted: Wanted, chance: random.Random) -> str:
    """The id of the place; the reading is recorded in the access log. No principal: the operator's command.

    Raises ``scope-missing`` (contacts), ``place-unknown``.
    """
    if principal is not None:
        principal.require("contacts")
    place_id = _found(tx, principal, wanted, chance)
    if place_id is None:
        raise NotFound("place-unknown", "Nobody of this campaign in your regions has this id or case.")
    contact_id = tx.scalar(sa.select(campaign_contact.c.contact_id).where(campaign_contact.c.id == place_id))
    if principal is not None:
        record_read(tx, principal, "contact", contact_id)
    else:
        record_access(tx, None, "contact-read", contact_id, {})
    return place_id


def _found(tx: Tx, principal: Principal | None, wanted: Wanted, chance: random.Random) -> str | None:
    mine = _of_campaign(principal, wanted.campaign_id)
    if wanted.who == ANY:
        many = tx.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
        nth = chance.randrange(many) if many else 0
        return _first(tx, mine.order_by(campaign_contact.c.id).offset(nth))
    by_id = _first(tx, mine.where(campaign_contact.c.id == wanted.who))
    if by_id is not None:
        return by_id
    cases = mine.join(tracing_case, tracing_case.c.id == contact.c.case_id)
    return _first(tx, cases.where(tracing_case.c.reference == wanted.who).order_by(campaign_contact.c.id))


def _of_campaign(principal: Principal | None, campaign_id: str) -> sa.Select[Any]:
    """The places of a campaign that the principal may see; no campaign named: of any."""
    chosen = (
        sa.select(campaign_contact.c.id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .join(contact, contact.c.id == campaign_contact.c.contact_id)
        .where(not_a_trial())
    )
    if campaign_id:
        chosen = chosen.where(campaign.c.id == campaign_id)
    if principal is not None:
        places = campaign_contact.c.region_code, campaign_contact.c.platform_code
        chosen = chosen.where(scope_condition(principal, *places))
    return chosen


def _first(tx: Tx, chosen: sa.Select[Any]) -> str | None:
    found: str | None = tx.scalar(chosen.limit(1))
    return found


def note_trial(tx: Tx, call_id: str, place_id: str) -> None:
    """This call speaks with the data of that place."""
    tx.insert(flow_trial, call_id=call_id, place_id=place_id, at=tx.now)

"""What stands on the desk beside its state: who calls, what the flow asked already, the home platform."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.people import full_name
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.flows.paths import answers_in
from callsvc.flows.service import session_of, session_state
from callsvc.platforms.queries import platform_by_code
from callsvc.platforms.rules import opening
from callsvc.platforms.weeks import hours_of


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who an agent talks to, and for whom they speak.

    ``certain`` is False for a caller whom only the number suggests: the agent asks before saying a name.
    ``asked``: what the flow heard, as (question, answer).
    """

    name: str
    certain: bool
    campaign: str
    asked: tuple[tuple[str, str], ...]
    platform: str
    is_open: bool
    changes_at: datetime | None
    script: str
    links: tuple[tuple[str, str], ...]


def caller_of(tx: Tx, entry: Row[Any], language: str) -> Caller:
    """The caller of a queue entry as the agent who has it may see them."""
    row = tx.first(sa.select(call).where(call.c.id == entry.call_id))
    assert row is not None  # noqa: S101 - a foreign key says so
    person = tx.first(sa.select(contact).where(contact.c.id == row.contact_id)) if row.contact_id else None
    home = platform_by_code(tx, row.platform_code)
    hours = opening(hours_of(home), tx.now)
    card = home.card or {}
    scripts = card.get("script", {})
    return Caller(
        name=full_name(tx, person),
        certain=row.direction == "outbound",
        campaign=_campaign(tx, row),
        asked=_asked(tx, entry.leg_id),
        platform=home.name,
        is_open=hours.is_open,
        changes_at=hours.changes_at,
        script=scripts.get(language) or scripts.get("fr", ""),
        links=tuple((link["title"], link["url"]) for link in card.get("links", ())),
    )


def _campaign(tx: Tx, row: Row[Any]) -> str:
    title = tx.scalar(
        sa.select(campaign.c.title)
        .join(campaign_contact, campaign_contact.c.campaign_id == campaign.c.id)
        .where(campaign_contact.c.id == row.campaign_contact_id)
    )
    return str(title or "")


def _asked(tx: Tx, leg_id: str) -> tuple[tuple[str, str], ...]:
    session = session_of(tx, leg_id)
    if session is None:
        return ()
    return tuple((one.question, str(one.response)) for one in answers_in(session_state(tx, session)))

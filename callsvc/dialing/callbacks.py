"""Callbacks: a time the person chose is a promise. Due ones go back to the front of their campaign."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from callsvc.calls.queries import call_of_leg
from callsvc.calls.tables import leg
from callsvc.campaigns.calendar import zone
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.dialing.tables import callback
from callsvc.runtime import Runtime

PROMISED = 100  # priority of a promise over every other call of the campaign


def book_callback(tx: Tx, leg_id: str, *, in_minutes: int | None, at: str | None, days: int) -> datetime:
    """Book a return call for the person on this leg; returns the agreed lived instant."""
    row = call_of_leg(tx, leg_id)
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id))
    due_at = _agreed(tx, row.contact_id, in_minutes, at, days)
    tx.insert(
        callback,
        id=tx.new_id("cbk"),
        number_id=number_id,
        campaign_contact_id=row.campaign_contact_id,
        call_id=row.id,
        region_code=row.region_code,
        due_at=due_at,
        status="booked",
        created_at=tx.now,
    )
    return due_at


def _agreed(tx: Tx, contact_id: str | None, in_minutes: int | None, at: str | None, days: int) -> datetime:
    if at is None:
        return tx.now + timedelta(minutes=in_minutes if in_minutes is not None else 60)
    name = tx.scalar(sa.select(contact.c.zone).where(contact.c.id == contact_id)) if contact_id else None
    local_zone = zone(name or "Europe/Paris")
    local = tx.now.astimezone(local_zone)
    day = local.date() + timedelta(days=days)
    agreed = datetime.combine(day, time.fromisoformat(at), tzinfo=local_zone)
    return agreed if agreed > tx.now else agreed + timedelta(days=1)


def promised_campaigns() -> sa.Select[tuple[str]]:
    """Ids of campaigns that still owe somebody a call: they are not over."""
    return (
        sa.select(campaign_contact.c.campaign_id)
        .join(callback, callback.c.campaign_contact_id == campaign_contact.c.id)
        .where(callback.c.status == "booked")
    )


def call_back_due(rt: Runtime) -> int:
    """Promises whose time has come wait in front of their campaign, if it still runs."""
    with rt.db.read() as tx:
        due = tx.all(
            sa.select(callback.c.id).where(callback.c.status == "booked", callback.c.due_at <= tx.now)
        )
    if not due:
        return 0
    with rt.db.begin() as tx:
        rows = tx.all(
            sa.select(callback.c.id, callback.c.campaign_contact_id)
            .join(campaign_contact, campaign_contact.c.id == callback.c.campaign_contact_id)
            .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
            .where(callback.c.status == "booked", callback.c.due_at <= tx.now, campaign.c.state == "running")
        )
        for row in rows:
            tx.update(callback, callback.c.id == row.id, status="due")
            tx.update(
                campaign_contact,
                campaign_contact.c.id == row.campaign_contact_id,
                status="waiting",
                outcome=None,
                outcome_at=None,
                next_try_at=tx.now,
                priority=PROMISED,
            )
    return len(rows)

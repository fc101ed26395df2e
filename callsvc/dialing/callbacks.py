"""Callbacks: a time the person chose is a promise. Due ones go back to the front of their campaign."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.queries import call_of_leg
from callsvc.calls.tables import leg
from callsvc.campaigns.calendar import zone
from callsvc.campaigns.dispositions import CALLBACK_CANCELED
from callsvc.campaigns.events import CampaignStopped, ContactFinished
from callsvc.campaigns.halting import gated, stop_in_force
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.dialing.owed_by_agents import forget_queued, give_to_agents, put_in_front
from callsvc.dialing.promising import fitted, hours_of_promise, offered
from callsvc.dialing.standing import enrol_caller
from callsvc.dialing.tables import OPEN, announcement, callback
from callsvc.runtime import Runtime

CALLBACK_BOOKED = "callback-booked"


def book_callback(
    tx: Tx, leg_id: str, *, in_minutes: int | None, at: str | None, days: int, time: str | None = None
) -> datetime:
    """Book a return call for the person on this leg; returns the agreed lived instant.

    ``time`` is one of the times that were offered (``offered_times``). Whatever is asked for is moved to the
    next moment at which this person may be called, so that what is noted is what is dialled.
    On an inbound call the promise is kept by a standing campaign of our own; a caller who hid their number
    cannot be called back (``no-number``).
    """
    row = call_of_leg(tx, leg_id)
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id))
    if number_id is None:
        raise Invalid("no-number", "Nobody can be called back without a number.")
    place_id = row.campaign_contact_id or enrol_caller(tx, row, number_id, CALLBACK_BOOKED)
    wished = offered(tx, time) or _agreed(tx, row.contact_id, in_minutes, at, days)
    due_at = fitted(hours_of_promise(tx, row), wished)
    tx.insert(
        callback,
        id=tx.new_id("cbk"),
        number_id=number_id,
        campaign_contact_id=place_id,
        call_id=row.id,
        region_code=row.region_code,
        due_at=due_at,
        status="booked",
        created_at=tx.now,
    )
    return due_at


def book_texted(
    tx: Tx,
    place_id: str,
    number_id: str,
    *,
    in_minutes: int | None,
    at: str | None,
    days: int,
    time: str | None,
) -> datetime:
    """Book a return call for somebody who answered an SMS; returns the agreed lived instant.

    A campaign by SMS calls nobody, so that the standing campaign keeps the promise. It belongs to no call.
    """
    place = tx.first(
        sa.select(
            campaign_contact.c.contact_id,
            campaign_contact.c.region_code,
            campaign_contact.c.platform_code,
            sa.null().label("campaign_contact_id"),
        ).where(campaign_contact.c.id == place_id)
    )
    assert place is not None  # noqa: S101 - the session's subject
    wished = offered(tx, time) or _agreed(tx, place.contact_id, in_minutes, at, days)
    due_at = fitted(hours_of_promise(tx, place), wished)
    promise_call(tx, place, number_id, due_at)
    return due_at


def promise_call(tx: Tx, person: Row[Any], number_id: str, due_at: datetime) -> None:
    """The standing campaign calls this person at ``due_at``; whoever books again has one promise, the newest.

    ``person`` holds ``contact_id``, ``region_code`` and ``platform_code``, as a call does. While they are on
    the line with us nothing waits: the place has the outcome that they are called back.
    """
    standing_id = enrol_caller(tx, person, number_id, CALLBACK_BOOKED)
    older = (callback.c.campaign_contact_id == standing_id) & (callback.c.status == "booked")
    tx.update(callback, older, status="canceled")
    tx.insert(
        callback,
        id=tx.new_id("cbk"),
        number_id=number_id,
        campaign_contact_id=standing_id,
        call_id=None,
        region_code=person.region_code,
        due_at=due_at,
        status="booked",
        created_at=tx.now,
    )


def _agreed(tx: Tx, contact_id: str | None, in_minutes: int | None, at: str | None, days: int) -> datetime:
    if at is None:
        return tx.now + timedelta(minutes=in_minutes if in_minutes is not None else 60)
    name = tx.scalar(sa.select(contact.c.zone).where(contact.c.id == contact_id)) if contact_id else None
    local_zone = zone(name or "Europe/Paris")
    local = tx.now.astimezone(local_zone)
    day = local.date() + timedelta(days=days)
    agreed = datetime.combine(day, clock_time.fromisoformat(at), tzinfo=local_zone)
    return agreed if agreed > tx.now else agreed + timedelta(days=1)


def promised_campaigns() -> sa.Select[tuple[str]]:
    """Ids of campaigns that still owe somebody a call: they are not over."""
    return (
        sa.select(campaign_contact.c.campaign_id)
        .join(callback, callback.c.campaign_contact_id == campaign_contact.c.id)
        .where(callback.c.status.in_(("booked", "queued")))
    )


def promised_numbers(tx: Tx, place_ids: Sequence[str]) -> dict[str, str]:
    """On which number each of these places was promised its call: where they asked for it, or were told."""
    if not place_ids:
        return {}
    told = tx.all(
        sa.select(announcement.c.campaign_contact_id, announcement.c.number_id).where(
            announcement.c.campaign_contact_id.in_(place_ids), OPEN
        )
    )
    asked = tx.all(
        sa.select(callback.c.campaign_contact_id, callback.c.number_id)
        .where(callback.c.campaign_contact_id.in_(place_ids), callback.c.status == "due")
        .order_by(callback.c.created_at)
    )
    return {row.campaign_contact_id: row.number_id for row in (*told, *asked)}


def call_back_due(rt: Runtime) -> int:
    """Promises whose time has come wait in front of their campaign, if it was not paused or stopped.

    While everything is stopped they wait. A person who is on the line with us at that moment, or being
    called, keeps the promise for the next look.
    """
    with rt.db.read() as tx:
        due = tx.all(_due(tx))
    if not due:
        return 0
    with rt.db.begin() as tx:
        gated(tx)  # before the places, which a stop takes after it
        if stop_in_force(tx) is not None:
            return 0
        rows = tx.all(_due(tx).with_for_update(of=campaign_contact))
        for row in rows:
            if not give_to_agents(tx, row):
                put_in_front(tx, row)
    return len(rows)


def _due(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(callback)
        .join(campaign_contact, campaign_contact.c.id == callback.c.campaign_contact_id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(
            callback.c.status == "booked",
            callback.c.due_at <= tx.now,
            campaign.c.state.in_(("running", "completed")),
            campaign_contact.c.status == "done",
        )
    )


def settle_callbacks(tx: Tx, event: ContactFinished) -> None:
    """The person's place has another outcome: a promise that was due is kept, one still to come is moot.

    Except that a new callback was asked for: then the newest promise stands.
    """
    mine = callback.c.campaign_contact_id == event.campaign_contact_id
    tx.update(callback, mine & (callback.c.status == "due"), status="done")
    if event.outcome not in (CALLBACK_BOOKED, "callback"):
        tx.update(callback, mine & (callback.c.status == "booked"), status="canceled")
        forget_queued(tx, event.campaign_contact_id)


def cancel_callbacks(tx: Tx, event: CampaignStopped) -> None:
    """Stop breaks promises, and says so: the outcome is no longer that somebody will call back."""
    promised = tx.all(
        sa.select(campaign_contact.c.id)
        .join(callback, callback.c.campaign_contact_id == campaign_contact.c.id)
        .where(
            campaign_contact.c.campaign_id == event.campaign_id, callback.c.status.in_(("booked", "queued"))
        )
        .distinct()
    )
    for row in promised:
        finish_contact(tx, row.id, CALLBACK_CANCELED)

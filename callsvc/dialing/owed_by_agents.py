"""Callbacks that agents make: one an agent promised, one asked for in place of waiting, or all, by a setting.

They wait in the queue of agents as entries of kind ``callback``; one that nobody takes in time is dialled by
the service as any other promise. ``callback.status``: booked -> queued -> done, or -> due (we dial).
"""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import platforms_on_duty
from callsvc.calls.queries import call_of_leg
from callsvc.calls.service import agents_may_call
from callsvc.calls.tables import leg
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.preferences import language_of
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.dialing.calling_next import call_next
from callsvc.dialing.promising import hours_of_promise
from callsvc.dialing.standing import enrol_caller
from callsvc.dialing.tables import callback
from callsvc.flows.themes import theme_of
from callsvc.routing.events import EntryLeft
from callsvc.routing.offering import offer_next
from callsvc.routing.other_work.leaving import withdraw_work
from callsvc.routing.other_work.working import Work, enter_work
from callsvc.routing.queries import entry_of_leg
from callsvc.routing.tables import queue_entry, reservation

BOOKED: Final = "callback-booked"
LATEST: Final = timedelta(minutes=30)
"""Lived: a promise that no agent has kept so long after its time is kept by the service."""
_AGAIN: Final = timedelta(minutes=15)  # lived
_TODAY_AT_LEAST: Final = timedelta(hours=4)  # lived; the promise where a person's hours are not known


def give_to_agents(tx: Tx, row: Row[Any]) -> bool:
    """A callback whose time has come (its row) waits for an agent; False: the service dials it."""
    if not agents_may_call(tx):
        return False
    promiser = _promised_by(tx, row.call_id)
    if promiser is None and tx.settings.callsvc_callbacks_by != "agents":
        return False
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == row.campaign_contact_id))
    if place is None:
        return False
    last = _conversation(tx, row.call_id)
    skill = last.skill if last is not None else theme_of(tx, campaign_row(tx, place.campaign_id).flow_version)
    language = last.language if last is not None else _language(tx, row.number_id, place.contact_id)
    if not platforms_on_duty(tx, [place.region_code], skill, language):
        return False
    own = timedelta(seconds=tx.settings.callsvc_personal_s)
    entered = enter_work(
        tx,
        Work(
            kind="callback",
            subject_id=row.id,
            number_id=row.number_id,
            campaign_contact_id=place.id,
            region=place.region_code,
            platform=place.platform_code,
            skill=skill,
            language=language,
            owner=promiser,
            owner_until=row.due_at + own if promiser else None,
            promised_at=row.due_at,
            deadline_at=max(row.due_at, tx.now) + LATEST,
        ),
    )
    if entered is not None:
        tx.update(callback, callback.c.id == row.id, status="queued")
        offer_next(tx, [place.region_code])
    return entered is not None


def _promised_by(tx: Tx, call_id: str | None) -> str | None:
    """The agent who said on this call that they would call back."""
    found: str | None = tx.scalar(
        sa.select(reservation.c.agent_id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(queue_entry.c.call_id == call_id, reservation.c.disposition == "callback")
        .order_by(reservation.c.ended_at.desc())
        .limit(1)
    )
    return found


def _conversation(tx: Tx, call_id: str | None) -> Row[Any] | None:
    """The last wait for an agent on this call: what it was about, in which language."""
    return tx.first(
        sa.select(queue_entry.c.skill, queue_entry.c.language)
        .where(queue_entry.c.call_id == call_id)
        .order_by(queue_entry.c.entered_at.desc())
        .limit(1)
    )


def _language(tx: Tx, number_id: str, contact_id: str) -> str:
    known = tx.scalar(sa.select(contact.c.language).where(contact.c.id == contact_id))
    return language_of(tx, number_id, known) or "fr"


def keep_place(tx: Tx, leg_id: str) -> datetime | None:
    """A person gives up waiting for a call in their turn: their place in the queue stays; the latest instant.

    Promised for the same day, while they may be called; None when that is not possible, for want of a number,
    of a wait, or of a way for agents to call: then nothing is booked.
    """
    row = call_of_leg(tx, leg_id)
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id))
    waited = entry_of_leg(tx, leg_id)
    if number_id is None or waited is None or waited.kind != "call" or not agents_may_call(tx):
        return None
    place_id = row.campaign_contact_id or enrol_caller(tx, row, number_id, BOOKED)
    hours = hours_of_promise(tx, row)
    until = (hours.closing(tx.now) if hours is not None else None) or tx.now + _TODAY_AT_LEAST
    callback_id = tx.new_id("cbk")
    tx.insert(
        callback,
        id=callback_id,
        number_id=number_id,
        campaign_contact_id=place_id,
        call_id=row.id,
        region_code=row.region_code,
        due_at=until,
        status="queued",
        created_at=tx.now,
    )
    enter_work(
        tx,
        Work(
            kind="callback",
            subject_id=callback_id,
            number_id=number_id,
            campaign_contact_id=place_id,
            region=waited.region_code,
            platform=waited.platform_code,
            skill=waited.skill,
            language=waited.language,
            priority=waited.priority,
            entered_at=waited.entered_at,
            deadline_at=until - LATEST if until - LATEST > tx.now else until,
        ),
    )
    return until


def dial_instead(tx: Tx, event: EntryLeft) -> None:
    """No agent took it in time: the service calls the person now, as it does for other promises.

    Whom an agent could not call at this moment, or skipped for now, is asked for again a little later.
    """
    if event.kind != "callback" or not event.subject_id:
        return
    row = tx.first(
        sa.select(callback).where(callback.c.id == event.subject_id, callback.c.status == "queued")
    )
    if row is None:
        return
    if event.how == "unavailable":
        put_in_front(tx, row)
    elif event.how in ("not-allowed", "skipped"):
        tx.update(callback, callback.c.id == row.id, status="booked", due_at=tx.now + _AGAIN)


def put_in_front(tx: Tx, row: Row[Any]) -> None:
    """The person of this ``callback`` is the next whom their campaign calls."""
    place = campaign_contact.c.id == row.campaign_contact_id
    tx.update(callback, callback.c.id == row.id, status="due")
    campaign_id = tx.scalar(sa.select(campaign_contact.c.campaign_id).where(place))
    call_next(tx, place & (campaign_contact.c.status == "done"), campaign_id)


def forget_queued(tx: Tx, place_id: str) -> None:
    """The matter of this place is settled otherwise: nobody needs to call back any more."""
    mine = (callback.c.campaign_contact_id == place_id) & (callback.c.status == "queued")
    ids = [row.id for row in tx.all(sa.select(callback.c.id).where(mine))]
    if ids:
        tx.update(callback, mine, status="done")
        withdraw_work(tx, ids, "settled")

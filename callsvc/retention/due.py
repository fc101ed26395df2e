"""Whom nobody needs to know any more: the days their campaigns and their case declared have passed.

A person is kept while one of their campaigns is not over, or ended fewer days ago than its file says
(``retention_days``, else ``CALLSVC_RETENTION_DAYS``); in a standing campaign, which never ends, while their
place is open or had its outcome less long ago. A draft that nobody touched for its days keeps nobody who
joined it before, unless it is to start by itself. They are kept as long for a case that was reported or
handed over lately, for an appointment, and for a promise.

A number is kept while a person of ours has it, while a do-not-contact entry is about it, for ever, and while
a call or an SMS with it is that young.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.tables import appointment
from callsvc.calls.tables import call, leg, live_call
from callsvc.campaigns.tables import campaign, campaign_change, campaign_contact
from callsvc.contacts.tables import (
    case_handover,
    contact,
    contact_number,
    phone_number,
    suppression,
    tracing_case,
)
from callsvc.core.db import Tx
from callsvc.dialing.tables import callback
from callsvc.messages.tables import live_dialogue, message, sms_conversation

_OVER = ("stopped", "completed")
_OPEN_PROMISE = callback.c.status.in_(("booked", "queued", "due"))


@dataclass(frozen=True)
class Past:
    """``before``: what is older the installation does not need. ``over``, ``standing``: campaigns by id."""

    before: datetime
    over: tuple[str, ...]  # that ended longer ago than they keep their people
    standing: dict[str, datetime]  # and since when an outcome in them is old enough
    drafts: dict[str, datetime]  # left alone since; and since when whoever joined is forgotten with them


def past(tx: Tx) -> Past:
    """What is past now, by every campaign's own days."""
    over, standing, drafts = [], {}, {}
    for row in tx.all(sa.select(campaign)):
        days = int(row.config.get("retention_days") or tx.settings.callsvc_retention_days)
        before = tx.now - timedelta(days=days)
        if row.state in _OVER and row.changed_at <= before:
            over.append(row.id)
        elif row.state == "draft":
            if _left_alone(tx, row, before):
                drafts[row.id] = before
        elif row.config.get("standing") and row.state not in _OVER:
            standing[row.id] = before
    least = tx.now - timedelta(days=tx.settings.callsvc_retention_days)
    return Past(least, tuple(over), standing, drafts)


def _left_alone(tx: Tx, row: Row[Any], before: datetime) -> bool:
    """Nobody edited this draft, asked for it or answered since; and it starts at no moment to come."""
    if row.changed_at > before or (row.starts_at is not None and row.starts_at > tx.now):
        return False
    mine = (campaign_change.c.campaign_id == row.id) & (campaign_change.c.at > before)
    return tx.first(sa.select(campaign_change.c.id).where(mine).limit(1)) is None


def people_due(when: Past) -> sa.Select[Any]:
    """Rows (``id``, ``case_id``) of people who may be erased, by id."""
    mine = campaign_contact.c.contact_id == contact.c.id
    needed = [mine, campaign_contact.c.campaign_id.not_in(when.over)]
    for name, before in when.standing.items():
        old = (campaign_contact.c.status == "done") & (campaign_contact.c.outcome_at <= before)
        needed.append(~((campaign_contact.c.campaign_id == name) & old))
    for name, before in when.drafts.items():
        joined = campaign_contact.c.next_try_at <= before  # nobody is tried in a draft: since they joined
        needed.append(~((campaign_contact.c.campaign_id == name) & joined))
    reported = (tracing_case.c.id == contact.c.case_id) & (tracing_case.c.reported_at > when.before)
    open_still = case_handover.c.ended_at.is_(None) | (case_handover.c.ended_at > when.before)
    handed_over = (case_handover.c.case_id == contact.c.case_id) & open_still
    visit = (appointment.c.contact_id == contact.c.id) & (appointment.c.starts_at > when.before)
    promised = sa.exists().where(callback.c.campaign_contact_id == campaign_contact.c.id, _OPEN_PROMISE, mine)
    return (
        sa.select(contact.c.id, contact.c.case_id)
        .where(
            contact.c.erased_at.is_(None),
            contact.c.created_at <= when.before,
            contact.c.elicited_at <= when.before,
            ~sa.exists().where(*needed),
            ~sa.exists().where(reported),
            ~sa.exists().where(handed_over),
            ~sa.exists().where(visit),
            ~promised,
        )
        .order_by(contact.c.id)
    )


def numbers_due(when: Past) -> sa.Select[Any]:
    """Rows (``id``) of numbers that may be erased, by id."""
    this = phone_number.c.id
    called = (leg.c.number_id == this) & ((leg.c.planned_at > when.before) | leg.c.ended_at.is_(None))
    written = (message.c.number_id == this) & (message.c.planned_at > when.before)
    kept = (
        sa.exists().where(contact_number.c.number_id == this),
        sa.exists().where(suppression.c.number_id == this),
        sa.exists().where(live_call.c.number_id == this),
        sa.exists().where(live_dialogue.c.number_id == this),
        sa.exists().where(sms_conversation.c.number_id == this, sms_conversation.c.closed_at.is_(None)),
        sa.exists().where(callback.c.number_id == this, _OPEN_PROMISE),
        sa.exists().where(called),
        sa.exists().where(written),
    )
    free = [~one for one in kept]
    return sa.select(this).where(phone_number.c.erased_at.is_(None), *free).order_by(this)


def places_of(people: Sequence[str]) -> sa.Select[tuple[str]]:
    """The ids of their places in campaigns."""
    return sa.select(campaign_contact.c.id).where(campaign_contact.c.contact_id.in_(people))


def legs_of(people: Sequence[str]) -> sa.Select[tuple[str]]:
    """The ids of their legs, by what their calls say."""
    theirs = call.c.contact_id.in_(people) | call.c.campaign_contact_id.in_(places_of(people))
    return sa.select(leg.c.id).join(call, call.c.id == leg.c.call_id).where(theirs)


def cases_due(tx: Tx, rows: list[Row[Any]]) -> list[str]:
    """Of the cases of these people those in which nobody is known any more."""
    ids = sorted({row.case_id for row in rows if row.case_id})
    known = sa.select(contact.c.case_id).where(contact.c.case_id.in_(ids), contact.c.erased_at.is_(None))
    kept = {row.case_id for row in tx.all(known)} if ids else set()
    return [one for one in ids if one not in kept]

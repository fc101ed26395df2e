"""Somebody who is due to be called calls us: their attempt is held while they are on the line.

The number is only a hint, so nothing is closed on its word, nor on that of a conversation: only an agent, who
has asked who is there and says afterwards how it ended, closes the person's place in the campaign. Otherwise
their turn comes again, after a while: who has just hung up is not called by a robot at once.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded
from callsvc.calls.tables import call, leg
from callsvc.calls.updates import end_leg
from callsvc.campaigns.dispositions import AGENTS
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import lock_number
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.dialing.dispositions import agents_word
from callsvc.dialing.tables import callback
from callsvc.routing.events import WrapUpEnded
from callsvc.routing.tables import queue_entry

_LONGEST_HOLD = timedelta(hours=4)
_PEACE = timedelta(minutes=30)  # lived: from the end of their call to the robot's


def _people_of(number_id: str) -> sa.Select[tuple[str]]:
    return sa.select(contact_number.c.contact_id).where(contact_number.c.number_id == number_id)


def hold_due_attempts(tx: Tx, number_id: str) -> None:
    """Withdraw what is planned to this number, then hold everybody who shares it.

    Under the number's lock: a claim takes it too, so that a planned call is either withdrawn here or claimed
    before, and then it is the carrier that finds the line busy.
    """
    lock_number(tx, number_id)
    planned = (leg.c.number_id == number_id) & (leg.c.role == "contact") & (leg.c.placement == "planned")
    for row in tx.all(sa.select(leg.c.id).where(planned)):
        end_leg(tx, row.id)
    tx.update(
        campaign_contact,
        campaign_contact.c.contact_id.in_(_people_of(number_id)) & (campaign_contact.c.status == "waiting"),
        status="held",
        skip_reasons="on-the-line",
        deadline_at=tx.now + _LONGEST_HOLD,
    )


def release_held_attempts(tx: Tx, event: LegEnded) -> None:
    """The inbound call is over; while an agent still writes how it went, the places stay held."""
    if event.role == "contact" and event.direction == "inbound" and not _in_wrap_up(tx, event.leg_id):
        _release(tx, event.leg_id)


def release_after_wrap_up(tx: Tx, event: WrapUpEnded) -> None:
    """The agent is done with an inbound call that was over before."""
    row = tx.first(sa.select(leg.c.placement, leg.c.ended_at).where(leg.c.id == event.leg_id))
    if row is not None and row.placement == "received" and row.ended_at is not None:
        _release(tx, event.leg_id)


def _wrapping() -> sa.Select[tuple[str]]:
    return sa.select(queue_entry.c.leg_id).where(queue_entry.c.state == "wrapping")


def _in_wrap_up(tx: Tx, leg_id: str) -> bool:
    return tx.first(_wrapping().where(queue_entry.c.leg_id == leg_id)) is not None


def _release(tx: Tx, leg_id: str) -> None:
    """Whom an agent spoke with is done; the others wait for their turn again, unless another still talks."""
    mine = tx.first(
        sa.select(leg.c.number_id, leg.c.call_id, call.c.contact_id)
        .join(call, call.c.id == leg.c.call_id)
        .where(leg.c.id == leg_id)
    )
    if mine is None or mine.number_id is None:
        return
    held = list(
        tx.all(
            sa.select(campaign_contact.c.id, campaign_contact.c.contact_id, campaign_contact.c.next_try_at)
            .where(
                campaign_contact.c.contact_id.in_(_people_of(mine.number_id)),
                campaign_contact.c.status == "held",
            )
            .order_by(campaign_contact.c.id)
        )
    )
    word = agents_word(tx, leg_id)
    if word in AGENTS:
        for row in [row for row in held if row.contact_id == mine.contact_id]:
            held.remove(row)
            tx.update(campaign_contact, campaign_contact.c.id == row.id, last_disposition=word)
            finish_contact(tx, row.id, word)
    if not _others_on_the_line(tx, leg_id, mine.number_id):
        for row in held:
            _wait_again(tx, row, mine.call_id)


def _others_on_the_line(tx: Tx, leg_id: str, number_id: str) -> bool:
    """Does another call from this number go on, or an agent still write how it went?"""
    busy = leg.c.ended_at.is_(None) | leg.c.id.in_(_wrapping())
    others = (leg.c.number_id == number_id) & (leg.c.placement == "received") & (leg.c.id != leg_id)
    return tx.first(sa.select(leg.c.id).where(others, busy)) is not None


def _wait_again(tx: Tx, row: Row[Any], call_id: str) -> None:
    """In half an hour at the earliest, and not before a call back that was promised on this call."""
    promised = tx.scalar(
        sa.select(sa.func.max(callback.c.due_at)).where(
            callback.c.call_id == call_id, callback.c.status == "booked"
        )
    )
    tx.update(
        campaign_contact,
        campaign_contact.c.id == row.id,
        status="waiting",
        skip_reasons="",
        next_try_at=max(row.next_try_at, (promised or tx.now) + _PEACE),
    )

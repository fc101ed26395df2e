"""What an agent chose at the end of a call reaches the campaign: it says more than ``connected``."""

import sqlalchemy as sa

from callsvc.calls.queries import call_of_leg
from callsvc.calls.tables import call, leg
from callsvc.campaigns.dispositions import CONNECTED, flags_of
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_callback
from callsvc.routing.events import WrapUpEnded
from callsvc.routing.tables import queue_entry, reservation

_CALLBACK_MIN = 60  # an agent who promises a call without a time promises it within the hour


def agents_word(tx: Tx, leg_id: str) -> str:
    """What the last agent who spoke on a contact's leg chose; empty while or if nobody chose anything."""
    found = tx.scalar(
        sa.select(reservation.c.disposition)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(queue_entry.c.leg_id == leg_id, reservation.c.disposition.is_not(None))
        .order_by(reservation.c.ended_at.desc())
        .limit(1)
    )
    return str(found or "")


def word_on(tx: Tx, leg_id: str) -> str:
    """How a call ended that an agent made: their word, else whether the two have spoken."""
    spoke = (
        sa.select(reservation.c.id)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(queue_entry.c.leg_id == leg_id, reservation.c.bridged_at.is_not(None))
    )
    return agents_word(tx, leg_id) or (CONNECTED if tx.first(spoke) is not None else "interrupted")


def follow_agent(tx: Tx, event: WrapUpEnded) -> None:
    """Do what the agent's disposition promises, and let it replace the outcome ``connected``.

    The contact's leg may end before or after the wrap-up: what ends last finds what the other left. Nothing
    follows from a wrap-up that ended at its time limit: ``connected`` is then all that is known.
    """
    if event.disposition == "opted-out":
        opt_out_told(tx, event.leg_id)
    if event.disposition:
        _replace_connected(tx, event.leg_id, event.disposition)
    promised = event.disposition == "callback" or event.callback_at is not None
    if promised and _number_of(tx, event.leg_id) is not None:  # after the outcome, which ends older promises
        at = event.callback_at.isoformat() if event.callback_at is not None else None
        book_callback(tx, event.leg_id, in_minutes=_CALLBACK_MIN, at=None, days=0, time=at)


def _number_of(tx: Tx, leg_id: str) -> str | None:
    found: str | None = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id))
    return found


def opt_out_told(tx: Tx, leg_id: str, *, everything: bool = False) -> str:
    """The person told the agent: no more calls for this purpose; without a campaign, or with ``everything``,
    none at all. The scope of the suppression; empty for a caller without a number.
    """
    number_id = _number_of(tx, leg_id)
    if number_id is None:
        return ""
    place_id = call_of_leg(tx, leg_id).campaign_contact_id
    campaign_id = tx.scalar(
        sa.select(campaign_contact.c.campaign_id).where(campaign_contact.c.id == place_id)
    )
    purpose = str(campaign_row(tx, campaign_id).purpose) if campaign_id else ""
    scope = "purpose" if purpose and not everything else "all"
    suppress(tx, number_id, scope, purpose=purpose, source="agent", evidence=leg_id)
    return scope


def _replace_connected(tx: Tx, leg_id: str, disposition: str) -> None:
    """Only a leg that has ended has a disposition; one still up finds the agent's word when it ends."""
    mine = (leg.c.id == leg_id) & (leg.c.disposition == CONNECTED)
    if not tx.update(leg, mine, disposition=disposition):
        return
    tx.update(call, call.c.id == call_of_leg(tx, leg_id).id, outcome=disposition)
    place = tx.first(
        sa.select(campaign_contact.c.id, campaign_contact.c.status, campaign_contact.c.outcome)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .join(leg, leg.c.call_id == call.c.id)
        .where(leg.c.id == leg_id)
        .with_for_update(of=campaign_contact)
    )
    if not flags_of(disposition).final:
        return  # a machine: the person is tried again, see by_agent
    if place is not None and (place.status, place.outcome) == ("done", CONNECTED):
        tx.update(campaign_contact, campaign_contact.c.id == place.id, last_disposition=disposition)
        finish_contact(tx, place.id, disposition)

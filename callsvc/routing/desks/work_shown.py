"""What a desk shows of work that is no call: its stage, and whom it is about, for whoever may read that."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.people import full_name
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.messages.conversations import thread_of
from callsvc.messages.conversing import MOST_SEGMENTS, conversation_by_id
from callsvc.routing.queries import reservation_of_agent
from callsvc.routing.rules.working import DIALLED
from callsvc.routing.tables import queue_entry

LOOK, WRITE = "look", "write"
MOST_SHOWN = 50
"""Messages of a thread on a desk."""


def stage_of(entry: Row[Any], held: Row[Any]) -> str:
    """``look``: the agent sees whom they would call; ``write``: they answer SMS; empty: anything else."""
    if held.state != "accepted" or held.talk_ended_at is not None:
        return ""
    if entry.kind == "sms":
        return WRITE
    return LOOK if entry.kind in DIALLED and held.agent_leg_id is None else ""


def work_on(tx: Tx, agent_id: str) -> Row[Any]:
    """The entry an agent looks at or writes in; ``no-work`` for anybody else."""
    held = reservation_of_agent(tx, agent_id)
    entry = tx.first(sa.select(queue_entry).where(queue_entry.c.id == held.entry_id)) if held else None
    if held is None or entry is None or not stage_of(entry, held):
        raise Conflict("no-work", "There is no such work on this desk; look at the state for what is next.")
    return entry


def details_of(tx: Tx, entry: Row[Any]) -> dict[str, Any]:
    """Personal data, which the caller records as read.

    ``name`` and whether it is ``certain`` (only the number suggests who writes to us), ``campaign``,
    ``thread`` (oldest first; ``at``, ``inbound``, ``text``, ``state``), ``closed``: how it ended.
    """
    person, certain = _person(tx, entry)
    return {
        "entry_id": entry.id,
        "kind": entry.kind,
        "name": full_name(tx, person),
        "certain": certain,
        "campaign": _campaign(tx, entry),
        "promised_at": entry.promised_at,
        "most_segments": MOST_SEGMENTS,
        **(_thread(tx, entry) if entry.kind == "sms" else {"thread": [], "closed": ""}),
    }


def _person(tx: Tx, entry: Row[Any]) -> tuple[Row[Any] | None, bool]:
    place = campaign_contact.c.id == entry.campaign_contact_id
    contact_id = tx.scalar(sa.select(campaign_contact.c.contact_id).where(place))
    if contact_id is not None:
        return tx.first(sa.select(contact).where(contact.c.id == contact_id)), entry.kind != "sms"
    suggested = (
        sa.select(contact)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .where(contact_number.c.number_id == entry.number_id)
        .order_by(contact_number.c.rank, contact.c.created_at)
        .limit(1)
    )
    return tx.first(suggested), False


def _campaign(tx: Tx, entry: Row[Any]) -> str:
    title = (
        sa.select(campaign.c.title)
        .join(campaign_contact, campaign_contact.c.campaign_id == campaign.c.id)
        .where(campaign_contact.c.id == entry.campaign_contact_id)
    )
    return str(tx.scalar(title) or "")


def _thread(tx: Tx, entry: Row[Any]) -> dict[str, Any]:
    conversation = conversation_by_id(tx, entry.subject_id)
    texts = thread_of(tx, [conversation.number_id], most=MOST_SHOWN)
    return {
        "thread": [
            {"at": one.at, "inbound": one.inbound, "text": one.body, "state": one.state} for one in texts
        ],
        "closed": conversation.closed_how,
    }

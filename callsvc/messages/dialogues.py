"""At most one dialogue with a number at a time, over every campaign: what is answered has one meaning.

A flow held by SMS and an announced call that may be moved are dialogues. The answer belongs to the dialogue
with that number, if it came to the sender that wrote; a text to another of our numbers answers nothing. The
row is written with the first message and deleted with the last, as a live call's.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import campaign_contact
from callsvc.campaigns.writing import can_reply
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_session
from callsvc.messages.tables import live_dialogue

_MINE = sa.select(live_dialogue).where(live_dialogue.c.number_id == sa.bindparam("number_id"))


def open_dialogue(tx: Tx, number_id: str, sender: str, *, announcement_id: str | None = None) -> bool:
    """Take the number for a dialogue; False while it is in another one. A session is tied to it later."""
    return tx.insert_once(
        live_dialogue, number_id=number_id, sender=sender, announcement_id=announcement_id, since=tx.now
    )


def tie_dialogue(tx: Tx, number_id: str, session_id: str) -> None:
    tx.update(live_dialogue, live_dialogue.c.number_id == number_id, session_id=session_id)


def dialogue_with(tx: Tx, number_id: str, to: str = "") -> Row[Any] | None:
    """The dialogue that a text from this number to ``to`` answers, locked."""
    row = tx.first(_MINE.with_for_update(), number_id=number_id)
    if row is None or (to and can_reply(row.sender) and row.sender != to):
        return None
    return row


def dialogue_of_session(tx: Tx, session_id: str) -> Row[Any] | None:
    return tx.first(sa.select(live_dialogue).where(live_dialogue.c.session_id == session_id))


def close_dialogue(tx: Tx, *, session_id: str = "", announcement_id: str = "") -> None:
    """The number is free for another dialogue."""
    mine = (
        live_dialogue.c.session_id == session_id
        if session_id
        else live_dialogue.c.announcement_id == announcement_id
    )
    tx.delete(live_dialogue, mine)


def begun_lately(tx: Tx, sender: str, within: timedelta) -> dict[str, list[datetime]]:
    """When each campaign began dialogues from this sender, as far as they are still open."""
    rows = tx.all(
        sa.select(campaign_contact.c.campaign_id, live_dialogue.c.since)
        .join(flow_session, flow_session.c.id == live_dialogue.c.session_id)
        .join(campaign_contact, campaign_contact.c.id == flow_session.c.subject_id)
        .where(live_dialogue.c.sender == sender, live_dialogue.c.since > tx.now - within)
    )
    found: dict[str, list[datetime]] = {}
    for row in rows:
        found.setdefault(row.campaign_id, []).append(row.since)
    return found

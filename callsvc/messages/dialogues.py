"""At most one dialogue with a number at a time, over every campaign: what is answered has one meaning.

A flow held by SMS and an announced call that may be moved are dialogues. The answer belongs to the dialogue
with that number, if it came to the sender that wrote; a text to another of our numbers answers nothing. The
row is written with the first message and deleted with the last, as a live call's.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.writing import can_reply
from callsvc.core.db import Tx
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

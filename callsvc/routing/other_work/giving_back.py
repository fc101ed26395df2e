"""A desk fell silent with work on it that is no call: whoever waits is answered by somebody else, and soon.

The conversation by SMS, the task or the callback not yet dialled goes back into its queue, in front, at its
old place and with its promise. For a while the agent who had it is preferred: back in time and free, they
have it again before anybody. As long as they are away nobody waits for them (``working.py``).
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.offering import return_to_queue
from callsvc.routing.rules import FRONT
from callsvc.routing.tables import queue_entry

PREFERRED_FOR: Final = timedelta(minutes=15)
"""Lived: how long whoever had it before their desk fell silent has it before others again."""


def may_give_back(entry: Row[Any], row: Row[Any]) -> bool:
    """Whether this reservation holds work that is no call, and no telephone rings or talks for it yet."""
    in_hand = row.state == "accepted" and row.talk_ended_at is None
    return entry.kind != "call" and in_hand and row.agent_leg_id is None


def give_back(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """Back into the queue; both rows are held. Whom it is offered to is the caller's next question."""
    return_to_queue(tx, entry, row, "rescinded")
    tx.update(
        queue_entry,
        queue_entry.c.id == entry.id,
        priority=entry.priority % FRONT + FRONT,
        owner_agent_id=row.agent_id,
        owner_until=tx.now + PREFERRED_FOR,
        left_at=None,
        left_how=None,
    )

"""So many SMS a second from one sender: each message is given its turn, in the order in which they ask.

The carrier would queue the rest by itself, for hours, and send it when nobody may be written to any more;
here it stays ours, and can still be stopped. A sender may write one lived second's worth at once.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.settings import Settings
from callsvc.messages.tables import message, sender_pace

_ANY = "*"
_AHEAD = timedelta(seconds=5)  # machine time: what is due within it waits for a turn now


def rate_of(settings: Settings, sender: str) -> float:
    """Lived messages a second of this sender, from ``CALLSVC_SMS_RATES``."""
    rates = dict(pair.split("=") for pair in settings.callsvc_sms_rates.split(",") if pair)
    return float(rates.get(sender) or rates.get(_ANY) or 1.0)


def turn_of(tx: Tx, row: Row[Any]) -> datetime:
    """The machine instant at which this message may be sent: now or earlier, or the turn it is given.

    Call it inside the claim; the sender's row is locked until the commit, and after every other lock.
    """
    if row.paced_at is not None:
        turn: datetime = row.paced_at
        return turn
    gap = timedelta(seconds=1 / (rate_of(tx.settings, row.sender) * tx.speed))
    tx.insert_once(sender_pace, sender=row.sender, next_at=tx.machine_now - timedelta(days=1))
    query = sa.select(sender_pace.c.next_at).where(sender_pace.c.sender == row.sender)
    free: datetime = tx.scalar(query.with_for_update())
    turn = max(free, tx.machine_now - timedelta(seconds=1 / tx.speed) + gap)
    tx.update(sender_pace, sender_pace.c.sender == row.sender, next_at=turn + gap)
    return turn


def room_of(tx: Tx, sender: str, every: timedelta) -> int:
    """How many messages more this sender can take on, so that about two rounds of ``every`` wait at most.

    ``every`` is machine time between two looks. What answers somebody is thus never behind a long queue.
    """
    takes = rate_of(tx.settings, sender) * tx.speed * every.total_seconds()
    waiting = tx.scalar(
        sa.select(sa.func.count()).where(
            message.c.placement == "planned",
            message.c.lease_until < tx.machine_now + _AHEAD,
            message.c.sender == sender,
        )
    )
    return max(0, max(1, round(takes * 2)) - int(waiting))

"""The states of a wait, and how long one may still take."""

import math
from typing import Final

from callsvc.routing.rules.measuring import AHT_S

ENTRY_STATES: Final = ("pending", "reserved", "assigned", "wrapping", "completed", "canceled")
KINDS: Final = ("call", "sms", "task", "callback")
"""What may wait for an agent: somebody on the line, somebody who writes, somebody to call, somebody who was
promised a call."""

RESERVATION_STATES: Final = (
    "pending",
    "accepted",
    "rejected",
    "timeout",
    "canceled",
    "rescinded",
    "completed",
)
LIVE: Final = ("pending", "accepted")
"""Reservations that hold their agent and their entry."""

SUPERVISION_MODES: Final = ("listen", "whisper", "speak")
"""How a supervisor is in a conversation: heard by nobody, by the agent alone, by all."""

FRONT: Final = 1000
"""Added to the priority of a call whose agent vanished: it goes before everyone who was never connected."""


def predicted_wait(position: int, on_duty: int, aht_s: float = AHT_S) -> float:
    """Lived seconds until the call at ``position`` (1 = next) is answered: position x AHT / agents on duty.

    >>> predicted_wait(3, 6)
    120.0
    """
    if position <= 0:
        return 0.0
    return position * aht_s / on_duty if on_duty > 0 else math.inf

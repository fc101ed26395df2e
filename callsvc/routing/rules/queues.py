"""The states of a wait, the order of a queue, the predicted wait, and when an agreement opens."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from callsvc.routing.views import Agreement, RegionView

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

AHT_S: Final = 240.0
"""Average handling time (talk and wrap-up, lived seconds) assumed when predicting a wait."""

FRONT: Final = 1000
"""Added to the priority of a call whose agent vanished: it goes before everyone who was never connected."""


def order(priority: int, entered_at: datetime, entry_id: str) -> tuple[int, datetime, str]:
    """Sort key of a queue: priority, then arrival. A call that was rejected keeps its arrival."""
    return (-priority, entered_at, entry_id)


def predicted_wait(position: int, on_duty: int, aht_s: float = AHT_S) -> float:
    """Lived seconds until the call at ``position`` (1 = next) is answered: position x AHT / agents on duty.

    >>> predicted_wait(3, 6)
    120.0
    """
    if position <= 0:
        return 0.0
    return position * aht_s / on_duty if on_duty > 0 else math.inf


def region_wait(region: RegionView, aht_s: float = AHT_S) -> float:
    """Predicted wait of the last call of a region: the worst of its groups, and of all of it together.

    Agents lent count out, agents who hold our calls elsewhere count in.
    """
    aid_in = sum(region.aid_in.values())
    waits = [predicted_wait(region.waiting_total, region.on_duty + aid_in - region.aid_out, aht_s)]
    for group, waiting in region.waiting.items():
        hands = region.on_duty_for.get(group, 0) + region.aid_in.get(group, 0)
        waits.append(predicted_wait(waiting, hands, aht_s))
    return max(waits)


def is_active(was_active: bool, wait_s: float, agreements: Iterable[Agreement]) -> bool:
    """Is the region being aided from now on?

    Opens at the lowest activation threshold among its agreements, closes below their lowest release
    threshold, stays as it was between the two: the gap keeps aid from flapping.
    """
    thresholds = [(agreement.activate_wait_s, agreement.release_wait_s) for agreement in agreements]
    if not thresholds:
        return False
    if wait_s >= min(activate for activate, _ in thresholds):
        return True
    return was_active and wait_s >= min(release for _, release in thresholds)

"""Who may set up the next calls: a bucket for all and one for each campaign, shared by weight: arithmetic.

A bucket fills at its rate and holds what one second gives: who starts, or was away, has that at once and no
more, and over twenty seconds nobody passes what is configured by more than a twentieth. What is planned
and not at the carrier yet is limited apart (``backlog``), and costs nobody what their bucket has. Between
campaigns the next set-up goes to the one whose virtual time is least; its time then moves on by one set-up
divided by its weight (start-time fair queueing, Goyal, Vin and Cheng 1996). Whoever has nobody to call takes
no part: the others share, and it comes back at their time, neither behind nor ahead.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callsvc.campaigns.rules import CARRIER_DELAY

_HELD_S = 1.0  # lived
_UNPLACED_S = 3.0  # lived


@dataclass(frozen=True)
class Bucket:
    """Set-ups that may be made, fractions kept; ``at`` is the lived instant of the count."""

    tokens: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A campaign that could set up ``most`` calls now; ``turn`` is its virtual time."""

    campaign_id: str
    weight: float
    turn: float
    most: int


@dataclass(frozen=True)
class Shares:
    """Set-ups for each campaign, its virtual time after them, and the time of all."""

    calls: dict[str, int]
    turns: dict[str, float]
    clock: float


def holds(rate: float, speed: float, seconds: float = _HELD_S) -> float:
    """What a bucket holds: one lived second, or what a second of a scaled clock is; at least one call.

    ``seconds``: of those who look less often. Never more than the carrier may take for it without a call
    leaving its window (``CARRIER_DELAY``).

    >>> holds(10, 1), holds(10, 30), holds(0.1, 1)
    (10.0, 300.0, 1.0)
    """
    return max(1.0, rate * min(max(seconds, speed), CARRIER_DELAY.total_seconds()))


def backlog(rate: float, speed: float) -> int:
    """How many planned calls may wait for a worker: what it finds, and releases at the pace."""
    return int(holds(rate, speed, _UNPLACED_S))


def filled(bucket: Bucket, rate: float, now: datetime, most: float) -> Bucket:
    """The bucket now; a clock that another machine is ahead of takes nothing back."""
    passed_s = (now - bucket.at).total_seconds()
    if passed_s <= 0:
        return bucket
    return Bucket(min(most, bucket.tokens + rate * passed_s), now)


def share(room: int, clock: float, wishes: Sequence[Wish]) -> Shares:
    """Give out up to ``room`` set-ups by weight.

    >>> weights = {"a": 1, "b": 2}
    >>> wishes = [Wish(campaign_id=name, weight=weights[name], turn=0.0, most=9) for name in weights]
    >>> share(6, 0.0, wishes).calls
    {'a': 2, 'b': 4}
    """
    calls = dict.fromkeys((wish.campaign_id for wish in wishes), 0)
    turns = {wish.campaign_id: max(wish.turn, clock) for wish in wishes}
    known = {wish.campaign_id: wish for wish in wishes}
    queue = [(turns[wish.campaign_id], wish.campaign_id) for wish in wishes if wish.most > 0]
    heapq.heapify(queue)
    for _ in range(room):
        if not queue:
            break
        start, name = heapq.heappop(queue)
        clock = max(clock, start)
        calls[name] += 1
        turns[name] = start + 1 / known[name].weight
        if calls[name] < known[name].most:
            heapq.heappush(queue, (turns[name], name))
    return Shares(calls, turns, clock)

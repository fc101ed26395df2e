"""Who comes next in a campaign, and why: arithmetic.

1. Promises: who was told that we would call now, in the order in which it fell due.
2. Fragility: the higher priority, in the whole country, before any other.
3. Among people of one priority the regions share: each has turns by how many of its people wait, so that a
   long list of one region holds nobody else up and a short one is not forgotten.
4. Within a region: the case reported latest (a contact is worth most while it is fresh), then a retry whose
   window closes within the hour, then whoever has waited longest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

PROMISED = 100  # priority of a promise over every other call of the campaign
CLOSES_SOON = timedelta(hours=1)

Why = Literal["promise", "fragility", "window-closes", "newest-case", "longest-wait"]


class Waiting(NamedTuple):  # hundreds are made for each batch
    """One person in turn. ``call_by``: when the window of their retry closes, if it is one."""

    id: str
    region: str
    priority: int
    elicited_on: date
    next_try_at: datetime
    call_by: datetime | None = None

    def closes_soon(self, now: datetime) -> bool:
        return self.call_by is not None and now < self.call_by <= now + CLOSES_SOON


@dataclass
class Share:
    """A region's place among the others: ``turn`` is the virtual time up to which it has had its share."""

    waiting: int
    turn: float = 0.0

    @property
    def step(self) -> float:
        return 1.0 / max(1, self.waiting)


@dataclass(frozen=True)
class Chosen:
    """Somebody to call now, and what put them before the others."""

    id: str
    why: Why


def choose(pool: Iterable[Waiting], shares: Mapping[str, Share], room: int, now: datetime) -> list[Chosen]:
    """At most ``room`` of the pool, in the order in which they are called; ``shares`` move with it.

    The same pool and shares give the same answer.
    """
    by_priority: dict[int, list[Waiting]] = {}
    for one in pool:
        by_priority.setdefault(min(one.priority, PROMISED), []).append(one)
    chosen: list[Chosen] = []
    for priority in sorted(by_priority, reverse=True):
        level, left = by_priority[priority], room - len(chosen)
        if left <= 0:
            break
        if priority >= PROMISED:
            promised = sorted(level, key=lambda one: (one.next_try_at, one.id))
            chosen += [Chosen(one.id, "promise") for one in promised[:left]]
        else:
            chosen += _shared(level, shares, left, now)
    return chosen


def _shared(level: Sequence[Waiting], shares: Mapping[str, Share], room: int, now: datetime) -> list[Chosen]:
    queues: dict[str, list[Waiting]] = {}
    for one in sorted(level, key=lambda one: _key(one, now), reverse=True):
        queues.setdefault(one.region, []).append(one)  # the first is the last, and is taken from there
    chosen: list[Chosen] = []
    while queues and len(chosen) < room:
        region = min(queues, key=lambda code: (shares[code].turn + shares[code].step, code))
        shares[region].turn += shares[region].step
        one = queues[region].pop()
        chosen.append(Chosen(one.id, why_of(one, now, queues[region][-1] if queues[region] else None)))
        if not queues[region]:
            del queues[region]
    return chosen


def _key(one: Waiting, now: datetime) -> tuple[int, bool, float, datetime, str]:
    soon = one.closes_soon(now)
    closes = one.call_by.timestamp() if soon and one.call_by else 0.0
    return (-one.elicited_on.toordinal(), not soon, closes, one.next_try_at, one.id)


def why_of(one: Waiting, now: datetime, after: Waiting | None = None) -> Why:
    """What put this person before ``after``, the next of their region."""
    if one.priority >= PROMISED:
        return "promise"
    if one.priority > (after.priority if after else 0):
        return "fragility"
    if after is not None and one.elicited_on > after.elicited_on:
        return "newest-case"
    return "window-closes" if one.closes_soon(now) else "longest-wait"


def catch_up(shares: Mapping[str, Share], counted: Mapping[str, int]) -> dict[str, Share]:
    """The shares after people were counted anew.

    Who had nobody waiting has no turns saved up: it comes in where the one that had least stands.
    """
    active = [share.turn for region, share in shares.items() if share.waiting and counted.get(region)]
    floor = min(active, default=0.0)
    return {
        region: Share(waiting, max(floor, shares[region].turn) if region in shares else floor)
        for region, waiting in counted.items()
    }

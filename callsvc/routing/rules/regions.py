"""What a decision knows of the country: a handful of numbers a region that change one event at a time.

Whoever keeps the state (the service from SQL, the twin in memory) changes the fields; the rules only read
them. Times are lived seconds on any one clock; an empty queue has ``math.inf`` where an arrival would stand.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from callsvc.routing.rules.ledgers import booked
from callsvc.routing.rules.reserves import kept_idle

NOBODY: Final = math.inf
"""The arrival of the oldest call of an empty queue."""


class Pact(NamedTuple):
    """What another region agreed to do for this one."""

    rank: int = 0  # who is asked first, the lowest; equals are told apart by what they can spare
    opens_s: float = 0.0  # it helps from this predicted wait on, if later than the first who help
    cap: float = math.inf  # calls of this pair at once
    ordered: int = 0  # agents lent by people on purpose: whatever the wait and the reserve


class Region:
    """A region now. A call is *young* while it may still be answered in time, *late* afterwards.

    The arrivals are those of calls that the decision at hand may take: where agents differ in what they can
    do, the calls that the freed agent could take, or that somebody idle there could.
    """

    __slots__ = (
        "able",
        "activated_at",
        "active",
        "agents",
        "aid_in",
        "aid_out",
        "closes_s",
        "code",
        "given",
        "handle_s",
        "holds",
        "idle",
        "kept",
        "late_since",
        "late_taken",
        "ledger",
        "most_lent",
        "name",
        "near",
        "opens_s",
        "opted_out",
        "pacts",
        "received",
        "reserve",
        "scarce_s",
        "second_since",
        "waiting",
        "young_since",
    )

    def __init__(
        self, code: str, agents: int, *, handle_s: float, name: str = "", reserve: int = 0, cap: float = 1.0
    ) -> None:
        self.code, self.name = code, name or code
        self.agents = agents  # on duty, talking or not
        self.idle = agents
        self.handle_s = handle_s  # mean handling time of its own calls
        self.waiting = 0
        self.young_since = NOBODY  # arrival of its oldest young call
        self.late_since = NOBODY  # arrival of its oldest late call
        self.second_since = NOBODY  # arrival of its oldest late call within the second promise
        self.late_taken = 0  # late calls of its queue taken today while those in time came first
        self.ledger = 0.0
        self.reserve = reserve  # by Erlang A, or 0 to leave it to the ledger
        self.kept = kept_idle(agents, 0.0, reserve)  # idle agents it does not lend now
        self.most_lent = math.floor(cap * agents)  # aid_out stays at or below this
        self.aid_in = 0  # its calls that others hold now
        self.aid_out = 0  # calls of others that its agents hold now
        self.holds: dict[str, int] = {}  # the same by home region
        self.received = 0  # calls others took for it today
        self.given = 0  # calls it took for others today
        self.opted_out = False
        self.active = False  # is being aided
        self.activated_at = -math.inf
        self.near: Sequence[Region] = ()  # the regions that may help it, the nearest first
        self.pacts: Mapping[str, Pact] | None = None  # by helper; None: all help on the usual terms
        self.opens_s: float | None = None  # predicted wait from which it is aided; None: as in the terms
        self.closes_s: float | None = None  # and below which it no longer is
        self.scarce_s = 0.0  # longest predicted wait of those only some of its agents can talk to
        self.able = True  # somebody idle there can talk to the caller who waits

    def __repr__(self) -> str:
        return f"<Region {self.code}: {self.idle} idle of {self.agents}, {self.waiting} wait>"

    def book(self, in_time: bool, aim: float) -> None:
        """One own call was resolved: the ledger moves, and with it what the region keeps."""
        self.ledger = booked(self.ledger, in_time, aim)
        self.kept = kept_idle(self.agents, self.ledger, self.reserve)


class Country:
    """All regions, and those with calls waiting; ``slowness``: how long aid takes, 1 = as long as at home."""

    __slots__ = ("agents", "handle_s", "ordered", "pressed", "regions", "slowness", "waiting")

    def __init__(self, regions: Sequence[Region]) -> None:
        self.regions = regions
        self.agents = sum(region.agents for region in regions)
        self.handle_s = sum(region.handle_s * region.agents for region in regions) / max(1, self.agents)
        self.pressed: list[Region] = [region for region in regions if region.waiting]
        self.waiting = sum(region.waiting for region in regions)
        self.slowness = 1.0
        self.ordered = False  # people have lent agents somewhere, whatever the reserves


def wait_of(region: Region) -> float:
    """Predicted wait of the last call in the queue, in seconds: calls x handling time / agents on its calls.

    Agents of other regions who hold its calls count in.
    """
    if not region.waiting:
        return 0.0
    hands = region.agents + region.aid_in
    return region.waiting * region.handle_s / hands if hands > 0 else math.inf


def has_calls(region: Region) -> bool:
    """Does a call wait there that the decision at hand may take?"""
    return region.young_since < NOBODY or region.late_since < NOBODY


def is_overloaded(country: Country, overload_s: float) -> bool:
    """Would what waits in the whole country take all its agents at least this long?"""
    return country.waiting * country.handle_s >= overload_s * country.agents and country.waiting > 0

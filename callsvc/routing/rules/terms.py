"""What the administrator chooses about aid. Times are lived seconds; shares are parts of one."""

from dataclasses import dataclass
from typing import Final, Literal

Order = Literal["first-come", "deadline-in-overload", "deadline-first"]

ORDERS: Final[tuple[Order, ...]] = ("first-come", "deadline-in-overload", "deadline-first")
"""How queues are served: by arrival; by arrival unless overloaded; those still in time before those late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One set of choices; docs/routing.md measures the defaults and shows what others would do."""

    target_s: float = 20.0  # answered in time means within this wait
    floor: float = 0.70  # share of a helper's own calls answered in time that it never gives away
    margin: float = 0.01  # the ledger aims this much above the floor
    order: Order = "deadline-in-overload"
    overload_s: float = 5.0  # overload: what waits would take all agents of the country this long
    second_s: float = 60.0  # the second promise: answered within a minute
    second_share: float = 0.5  # part of the late calls taken that go to who can still be answered within it
    rescue_s: float = 12.0  # a call this old may be rescued before it is late...
    rescue_below: float = 0.0  # ...of a region whose ledger is below this many calls
    ratio: float = 5.0  # a helper with late calls of its own helps only where the wait is this much longer
    computed_reserve: bool = False  # keep the Erlang A reserve, not one agent, while a ledger is below zero
    activate_s: float = 10.0  # predicted wait at home from which a region is aided
    release_s: float = 5.0  # and below which it no longer is
    dwell_s: float = 1800.0  # shortest time from one activation to the next: at most two an hour
    cap: float = 1.0  # share of a helper's agents that may be lent at once
    callback_after_s: float | None = None  # offer a callback to who has waited this long; None: never
    callback_idle: float = 0.03  # share of agents that stay idle when a callback is made

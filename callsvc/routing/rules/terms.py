"""What the administrator chooses about aid. Times are lived seconds; shares are parts of one."""

from dataclasses import dataclass
from typing import Final, Literal

Order = Literal["first-come", "deadline-in-overload", "deadline-first"]

ORDERS: Final[tuple[Order, ...]] = ("first-come", "deadline-in-overload", "deadline-first")
"""How a region serves its own queue: by arrival; by arrival unless overloaded; those still in time first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One set of choices; the defaults are those measured in docs/routing.md."""

    target_s: float = 20.0  # answered in time means within this wait
    floor: float = 0.70  # share of a helper's own calls answered in time that it never gives away
    margin: float = 0.02  # the ledger aims this much above the floor
    order: Order = "deadline-in-overload"
    rescue_s: float = 12.0  # a call this old may be rescued before it is late
    ratio: float = 4.0  # a helper with late calls of its own helps only where the wait is this much longer
    computed_reserve: bool = False  # add the Erlang A reserve while a ledger is below zero
    activate_s: float = 0.0  # predicted wait at home from which a region is aided
    release_s: float = 0.0  # and below which it no longer is
    dwell_s: float = 1800.0  # shortest time between two activations: at most two an hour
    cap: float = 1.0  # share of a helper's agents that may be lent at once
    slowness_free: float = 1.15  # aid not slower than this is not capped for it
    callback_after_s: float | None = None  # offer a callback to who has waited this long
    callback_idle: float = 0.03  # share of agents that stay idle when a callback is made

"""Aid on purpose: agents lent by a decision of people, until an hour that was agreed.

| state | means | then |
|---|---|---|
| ``asked`` | the region in need asked; nobody has answered | ``open``, ``refused``, ``withdrawn``, ``over`` |
| ``open`` | lent: the router counts these agents in | ``ended``, ``over`` |
| ``refused`` | the other region said no, and why | |
| ``withdrawn`` | whoever asked needs it no more | |
| ``ended`` | given back before the hour | |
| ``over`` | the hour has come | |
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from callsvc.core.errors import Conflict, Invalid

ORDER_STATES: Final = ("asked", "open", "refused", "withdrawn", "ended", "over")

NEXT: Final[Mapping[str, frozenset[str]]] = {
    "asked": frozenset({"open", "refused", "withdrawn", "over"}),
    "open": frozenset({"ended", "over"}),
}
"""Where an order may go from here; the states that are not named are final."""

LONGEST: Final = timedelta(hours=24)
"""Lent for longer, it is an agreement: those are made on a page of their own."""

MOST_AGENTS: Final = 1000


def check_order(aided: str, aiding: str, agents: int, until: datetime, now: datetime) -> None:
    """Raise ``aid-order-invalid`` or ``aid-order-time`` unless this can be lent or asked for."""
    if aided == aiding:
        raise Invalid("aid-order-invalid", "A region neither lends to itself nor asks itself.")
    if not 1 <= agents <= MOST_AGENTS:
        raise Invalid("aid-order-invalid", f"Lend or ask for 1 to {MOST_AGENTS} agents.", agents=agents)
    if not now < until <= now + LONGEST:
        raise Invalid(
            "aid-order-time", "Aid on purpose ends at an hour within the next 24; choose one that is to come."
        )


def check_step(state: str, wanted: str) -> None:
    """Raise ``aid-order-over`` unless an order in ``state`` may become ``wanted``."""
    if wanted not in NEXT.get(state, frozenset()):
        raise Conflict("aid-order-over", "This order was answered or has ended; look at the page again.")

"""Which lines there are, and which of them an agent may choose.

simulated      a softphone of the simulator: ``client:<name>`` is picked up by a simulated agent
sdk            the carrier's own voice SDK in the browser: the same address, answered by the page
ring-my-phone  the service dials the agent's own telephone, and a key takes the call
"""

from collections.abc import Collection
from typing import Final

SIMULATED: Final = "simulated"
SDK: Final = "sdk"
TELEPHONE: Final = "ring-my-phone"
DRIVERS: Final = (SIMULATED, SDK, TELEPHONE)
CHOICES: Final = ("", *DRIVERS)
"""What may be stored: nothing, when the agent has only given a telephone and not chosen yet."""


def allowed_drivers(named: Collection[str], *, loopback: bool, has_sdk: bool) -> tuple[str, ...]:
    """Of the lines the administrator named, those that can work here, in the administrator's order.

    A simulated line needs the simulator, the SDK its keys.

    >>> allowed_drivers(["simulated", "ring-my-phone"], loopback=False, has_sdk=False)
    ('ring-my-phone',)
    """
    works = {SIMULATED: loopback, SDK: has_sdk, TELEPHONE: True}
    return tuple(one for one in named if works[one])


def driver_of(chosen: str, allowed: Collection[str], *, has_telephone: bool) -> str:
    """The line that is dialled: what the agent chose while it is still allowed, else the first that works.

    Empty when the agent has no line: their telephone is the only one allowed, and they gave none.
    """
    usable = [one for one in allowed if one != TELEPHONE or has_telephone]
    if chosen in usable:
        return chosen
    return usable[0] if usable else ""

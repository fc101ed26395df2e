"""SendDigits: keys played to whoever answered, before anything else.

"w waits half a second, W a second"; a key lasts half a second here.
"""

from __future__ import annotations

from callsvc.simulator.calls.leg import Leg

_SECONDS = {"w": 0.5, "W": 1.0}
_KEY = 0.5


async def send_digits(leg: Leg) -> None:
    """Play the digits the call was created with, if any."""
    digits = leg.record.options.send_digits
    if digits:
        leg.note("played", digits=digits)
        await leg.carrier.clock.sleep(sum(_SECONDS.get(digit, _KEY) for digit in digits))

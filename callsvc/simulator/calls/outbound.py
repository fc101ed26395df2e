"""The life of a leg the service placed: it rings, is answered, follows its documents and ends."""

from __future__ import annotations

from callsvc.simulator.calls.conversation import converse
from callsvc.simulator.calls.detecting import detect_machine
from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.calls.ringing import ring
from callsvc.simulator.calls.sending_digits import send_digits


async def live_outbound(leg: Leg) -> None:
    """From the queue to the end of the document; the Url is fetched "on answer only"."""
    if not await ring(leg):
        return
    await send_digits(leg)
    await detect_machine(leg)
    await converse(leg, leg.first)
    leg.end("completed", "service")

"""A telephone rings in somebody's hand: no persona decides, a person at the phone page does."""

from __future__ import annotations

from callsvc.simulator.calls.answering import pick_up
from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.people.handset import Handset, HandVoice

POST_DIAL_DELAY = 1.0  # lived seconds from dialling to the first ring, as for everybody
BUSY_AFTER = 1.5


async def ring_by_hand(leg: Leg, handset: Handset) -> bool:
    """Ring until it is answered, declined, or the caller's time-out; true once it was answered."""
    clock = leg.carrier.clock
    if handset.leg is not None:
        await clock.sleep(BUSY_AFTER)
        leg.end("busy", "person")
        return False
    handset.take(leg)
    await clock.sleep(POST_DIAL_DELAY)
    leg.enter("ringing")
    answered = await handset.ring(leg.record.options.timeout)
    if answered:
        pick_up(leg, HandVoice(handset, leg))
        return True
    leg.end("no-answer" if answered is None else "busy", "carrier" if answered is None else "person")
    return False

"""Dialling: queued, initiated, ringing, and the ways a call ends before anybody answers."""

from __future__ import annotations

from datetime import timedelta

from callsvc.simulator.calls.answering import pick_up
from callsvc.simulator.calls.by_hand import BUSY_AFTER, POST_DIAL_DELAY, ring_by_hand
from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.ledger.calls import times_called
from callsvc.simulator.people.person import nth
from callsvc.simulator.people.voice import Voice

FAILED_AFTER = 0.5  # lived seconds


async def ring(leg: Leg) -> bool:
    """Dial and let it ring; true once somebody or something answered."""
    clock, record = leg.carrier.clock, leg.record
    if record.queue_ms:
        due = record.created_at + timedelta(milliseconds=record.queue_ms)
        await clock.sleep((due - clock.now()).total_seconds())
    leg.enter("initiated")
    handset = leg.carrier.handsets.at(record.to)
    if handset is not None:
        return await ring_by_hand(leg, handset)
    index = times_called(leg.carrier.store, record.to, record.seq)
    person = leg.carrier.people.at(record.to, index)
    answer, rings = nth(person.answers, index), nth(person.ring, index)
    if answer in ("failed", "busy"):
        await clock.sleep(FAILED_AFTER if answer == "failed" else BUSY_AFTER)
        leg.end(answer, "carrier" if answer == "failed" else "person")
        return False
    await clock.sleep(POST_DIAL_DELAY)
    leg.enter("ringing")
    if answer == "no-answer" or rings > record.options.timeout:
        await clock.sleep(record.options.timeout)
        leg.end("no-answer", "carrier")
        return False
    await clock.sleep(rings)
    pick_up(leg, Voice(person, clock, leg, kind=answer, call_index=index))
    return True

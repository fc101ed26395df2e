"""The moment a call is answered."""

from __future__ import annotations

from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.ledger.calls import times_calling
from callsvc.simulator.people.voice import Voice


def pick_up(leg: Leg, voice: Voice) -> None:
    """The call is answered: the person listens, the time limit runs."""
    voice = leg.voice = leg.carrier.handsets.voice(leg, voice)
    leg.enter("in-progress")
    voice.pick_up()
    leg.later(leg.record.options.time_limit, lambda: leg.end("completed", "carrier"))


def answer_inbound(leg: Leg) -> None:
    """Answer an inbound call that still rings; harmless for any other."""
    if leg.record.direction == "inbound" and leg.record.status == "ringing":
        record = leg.record
        index = times_calling(leg.carrier.store, record.from_, record.seq)
        person = leg.carrier.people.at(record.from_, f"in-{index}")
        pick_up(leg, Voice(person, leg.carrier.clock, leg, kind="human", call_index=0))

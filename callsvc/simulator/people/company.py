"""Who can hear whom: the other people in one's conference, the other end of a Dial or a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callsvc.simulator.twiml.speech import seconds_of

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg
    from callsvc.simulator.carrier import Carrier


def tell_company(carrier: Carrier, leg: Leg, words: str) -> None:
    """Whoever is connected with this leg's person hears what they say."""
    for other in company_of(carrier, leg):
        other.note("heard", words=words, by=leg.record.far_end.partition("?")[0])
        if other.voice is not None:
            other.voice.overhear(words, seconds_of(words))


def company_of(carrier: Carrier, leg: Leg) -> list[Leg]:
    """The live legs whose people hear what this leg's person says."""
    stay = leg.stay
    if stay is not None:
        return [other.leg for other in stay.room.stays.values() if stay.is_heard_by(other)]
    if leg.queued is not None and leg.queued.bridged.is_set() and leg.queued.by is not None:
        return [leg.queued.by]
    parent = carrier.legs.get(leg.record.parent_sid or "")
    if parent is not None:
        return [parent] if leg.ready.is_set() else []
    return [other for other in carrier.legs.values() if _is_dialled_by(leg, other)]


def _is_dialled_by(leg: Leg, other: Leg) -> bool:
    if other.queued is not None and other.queued.by is leg:
        return other.queued.bridged.is_set()
    return other.record.parent_sid == leg.record.sid and other.ready.is_set()

"""The handsets held now, and what happens when nobody holds one any more.

A handset that loses its last listener goes back to its persona after `lost_after` machine seconds, and the
call on it is hung up after `hang_up_after`: a page that is loaded again in between finds its call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from callsvc.simulator.ledger.messages import find_message
from callsvc.simulator.people.handset import Event, Handset, HandVoice
from callsvc.simulator.people.voice import Voice

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg
    from callsvc.simulator.carrier import Carrier

LOST_AFTER = 5.0  # machine seconds
HANG_UP_AFTER = 20.0


class Handsets:
    """By number or client."""

    def __init__(self, carrier: Carrier) -> None:
        self.lost_after = LOST_AFTER
        self.hang_up_after = HANG_UP_AFTER
        self._carrier = carrier
        self._held: dict[str, Handset] = {}
        self._timers: dict[str, list[asyncio.TimerHandle]] = {}
        carrier.store.listeners.append(self._hear)

    def end(self) -> None:
        """The carrier dies: its books, which outlive it, tell it nothing any more."""
        self._carrier.store.listeners.remove(self._hear)

    def at(self, address: str) -> Handset | None:
        """The handset that is held there."""
        handset = self._held.get(address.split("?", 1)[0])
        return handset if handset is not None and handset.address in self._carrier.people.held else None

    def all(self) -> list[Handset]:
        """Every handset that is held."""
        return [handset for handset in self._held.values() if handset.address in self._carrier.people.held]

    def open(self, address: str, *, keep: bool = False) -> Handset:
        """Hold the telephone of that number or client from now on, with the call its persona is on."""
        handset = self._held.get(address)
        if handset is None:
            handset = self._held[address] = Handset(self._carrier, address)
        handset.kept = handset.kept or keep
        self._carrier.people.held.add(address)
        if handset.leg is None:
            self._take_over(handset)
        self._watch(handset)
        return handset

    def close(self, handset: Handset) -> None:
        """Nobody holds it any more: a live call is hung up, the persona is back; harmless when it is so."""
        if self._held.get(handset.address) is not handset:
            return
        self._stop_watching(handset)
        self._carrier.people.held.discard(handset.address)
        self._held.pop(handset.address, None)
        handset.decide(False)
        if handset.leg is not None:
            handset.leg.put_down("person")
        handset.dismiss()

    def listen(self, handset: Handset) -> asyncio.Queue[Event]:
        """One more listener; whoever was about to lose the handset has it again."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        handset.listeners.add(queue)
        self._carrier.people.held.add(handset.address)
        self._stop_watching(handset)
        return queue

    def ignore(self, handset: Handset, queue: asyncio.Queue[Event]) -> None:
        """A listener is gone."""
        handset.listeners.discard(queue)
        self._watch(handset)

    def voice(self, leg: Leg, persona: Voice) -> Voice:
        """Who is on an answered call: the one who holds the handset, else the persona."""
        handset = self.at(leg.record.far_end)
        if handset is None or (handset.leg is not None and handset.leg is not leg):
            return persona
        if handset.leg is None:
            handset.take(leg)
        return HandVoice(handset, leg)

    def _take_over(self, handset: Handset) -> None:
        for leg in self._carrier.legs.values():
            if leg.record.far_end == handset.address and leg.voice is not None and leg.voice.kind == "human":
                leg.voice.leave()
                handset.take(leg)
                leg.voice = HandVoice(handset, leg)
                return

    def _hear(self, subject: str, at: datetime, kind: str, facts: Mapping[str, Any]) -> None:
        if not self._held:
            return
        for handset in self._held.values():
            if handset.leg is not None and handset.leg.record.sid == subject:
                handset.hear(kind, at, facts)
        if subject not in self._carrier.legs:
            message = find_message(self._carrier.store, subject)
            for address in (message.to, message.from_) if message is not None else ():
                if address in self._held:
                    self._held[address].mail()

    def _watch(self, handset: Handset) -> None:
        """Plan what happens if nobody listens; harmless when somebody does."""
        if self._held.get(handset.address) is not handset:
            return
        self._stop_watching(handset)
        if handset.listeners or handset.kept:
            return
        loop = asyncio.get_running_loop()
        self._timers[handset.address] = [
            loop.call_later(self.lost_after, self._lose, handset),
            loop.call_later(max(self.lost_after, self.hang_up_after), self.close, handset),
        ]

    def _lose(self, handset: Handset) -> None:
        """The persona answers the next call; the present one waits a little longer for its page."""
        self._carrier.people.held.discard(handset.address)
        if handset.leg is None:
            self.close(handset)

    def _stop_watching(self, handset: Handset) -> None:
        for timer in self._timers.pop(handset.address, ()):
            timer.cancel()

"""A telephone held by hand: whoever sits at the phone page, or a program, decides instead of a persona.

What happens on it is told to every listener as small JSON events:

    state     everything a screen shows now; sent once for any number of changes at one instant
    line      one line of the conversation: who (platform, me, other, carrier), what, text, language, seconds
    hush      what is being said stopped before its end
    messages  the text messages of this number changed
    closed    nobody holds it any more; nothing follows
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from callsvc.simulator.dates import iso
from callsvc.simulator.people.company import company_of
from callsvc.simulator.people.person import Person
from callsvc.simulator.people.voice import Voice

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg
    from callsvc.simulator.calls.record import CallRecord
    from callsvc.simulator.carrier import Carrier

_LINES = 200
Event = tuple[str, dict[str, Any]]


class Handset:
    """One number or client while it is held. At most one call at a time: a second caller finds it busy."""

    def __init__(self, carrier: Carrier, address: str) -> None:
        self.address = address
        self.kept = False  # held by a program that asked to keep it without listening
        self.leg: Leg | None = None
        self.listeners: set[asyncio.Queue[Event]] = set()
        self._carrier = carrier
        self._lines: deque[dict[str, Any]] = deque(maxlen=_LINES)
        self._asked: dict[str, Any] = {}
        self._with: list[str] = []
        self._last: dict[str, Any] | None = None
        self._decision: asyncio.Future[bool] | None = None
        self._told = False
        self._language = ""  # of what the platform is about to say

    # What the carrier tells it.

    def take(self, leg: Leg) -> None:
        """This call is on the handset from now on."""
        self.leg, self._with, self._asked = leg, [], {}
        self._lines.clear()
        self._change()

    async def ring(self, timeout: float) -> bool | None:
        """Ring up to `timeout` lived seconds; whether it was answered, or None when nobody decided."""
        decision = self._decision = asyncio.get_running_loop().create_future()
        timer = self._carrier.clock.call_later(timeout, lambda: _give_up(decision))
        self._change()
        try:
            await asyncio.wait({decision})
            return None if decision.cancelled() else bool(decision.result())
        finally:
            timer.cancel()
            self._decision = None

    def hear(self, kind: str, at: datetime, facts: Mapping[str, Any]) -> None:
        """A line was added to the timeline of the call on this handset."""
        if kind in ("said", "played"):
            self._language = str(facts.get("language") or "")
        elif kind == "key":
            if facts.get("taken") and self._asked:
                self._asked["digits"] = str(self._asked.get("digits", "")) + str(facts["key"])
            self._say("me", "pressed", str(facts["key"]), at)
        elif kind == "spoke":
            self._say("me", "said", str(facts["words"]), at)
        elif kind == "heard":
            self._say("other", "said", str(facts["words"]), at, from_=facts["by"])
        elif kind == "verb" and facts.get("verb") == "Gather":
            self._asked = {"digits": "", **dict(facts.get("attributes") or {})}
        elif kind == "status":
            self._say("carrier", "status", str(facts["status"]), at)
        self._change()
        if self.leg is not None and self.leg.record.final:
            self._part(self.leg.record)

    def listen(self, text: str, seconds: float) -> None:
        """The platform begins to say (or, an address, to play) something that takes that many seconds."""
        what = "played" if text.startswith(("http://", "https://")) else "said"
        now = self._carrier.clock.now()
        self._say("platform", what, text, now, language=self._language, seconds=round(seconds, 2))

    def meet(self, together: bool) -> None:
        """Connected with others, or no longer."""
        now = self._carrier.clock.now()
        others = [leg.record.far_end for leg in company_of(self._carrier, self.leg)] if self.leg else []
        self._with = others if together else []
        self._say("carrier", "connected" if together else "alone", ", ".join(self._with), now)
        self._change()

    def hush(self) -> None:
        """What was being said stopped."""
        self._tell("hush", {})

    def _part(self, record: CallRecord) -> None:
        self._last = {"sid": record.sid, "status": record.status, "ended_by": record.ended_by}
        self._last |= {"duration": record.duration, "with": record.near_end, "direction": record.direction}
        self.leg, self._with, self._asked = None, [], {}

    def mail(self) -> None:
        """A text message of this number came, left or changed."""
        self._tell("messages", {})

    def dismiss(self) -> None:
        """Nobody holds it any more."""
        self._tell("closed", {})

    # What the person does with it.

    def decide(self, answers: bool) -> bool:
        """Answer or decline what rings; false when nothing rings."""
        if self._decision is None or self._decision.done():
            return False
        self._decision.set_result(answers)
        return True

    def say(self, words: str) -> None:
        """Speak: to a Gather that listens, and to whoever is connected."""
        if self.leg is not None:
            self.leg.speak(words)

    # What a screen shows.

    def state(self) -> dict[str, Any]:
        """Everything a screen shows but the conversation."""
        return {
            "number": self.address,
            "clock": iso(self._carrier.clock.now()),
            "call": self._call(),
            "last_call": self._last,
        }

    def lines(self) -> list[dict[str, Any]]:
        """The conversation of the present or last call."""
        return list(self._lines)

    def _call(self) -> dict[str, Any] | None:
        if self.leg is None:
            return None
        record = self.leg.record
        listening = self.leg.gathering is not None
        return {
            "sid": record.sid,
            "direction": record.direction,
            "with": record.near_end,
            "status": record.status,
            "ringing": self._decision is not None and not self._decision.done(),
            "ringing_at": iso(record.ringing_at),
            "answered_at": iso(record.answered_at),
            "connected_with": self._with,
            "gather": self._asked if listening else None,
        }

    def _say(self, who: str, what: str, text: str, at: datetime, **more: Any) -> None:
        facts = {name.rstrip("_"): value for name, value in more.items() if value}
        line = {"at": iso(at), "who": who, "what": what, "text": text, **facts}
        self._lines.append(line)
        self._tell("line", line)

    def _tell(self, event: str, facts: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener.put_nowait((event, facts))

    def _change(self) -> None:
        """Send the state once the present step is done: a verb is noted just before it begins."""
        if not self._told:
            self._told = True
            asyncio.get_running_loop().call_soon(self._send_state)

    def _send_state(self) -> None:
        self._told = False
        self._tell("state", self.state())


def _give_up(decision: asyncio.Future[bool]) -> None:
    decision.cancel()


class HandVoice(Voice):
    """The person on a call held by hand: hears everything, decides nothing."""

    def __init__(self, handset: Handset, leg: Leg) -> None:
        person = Person(address=handset.address, patience=None)
        super().__init__(person, leg.carrier.clock, leg, kind="human", call_index=0)
        self.handset = handset

    def hear(self, text: str, seconds: float, language: str = "") -> None:  # noqa: ARG002 - a person reads it
        """The platform begins to say something."""
        self.handset.listen(text, seconds)

    def overhear(self, words: str, seconds: float) -> None:
        """Somebody on the line says this: the line of the timeline is what shows it."""

    def cut(self) -> None:
        """The speech stopped before its end."""
        self.handset.hush()

    def bridge(self, with_someone: bool) -> None:
        """Now talking with another person, or no longer."""
        self.handset.meet(with_someone)

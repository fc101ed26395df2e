"""Planned misfortune: what goes wrong, where, how often; the same every time for one seed.

Where (`on`): calls.create, calls.update, messages.create, participants.create (REST);
status-callback, conference-callback, message-callback, amd-callback, recording-callback, voice-webhook,
message-webhook (what we post).

What (`kind`), for REST: error-before (503, nothing exists), error-after (500, it exists), lose-answer (it
exists, the connection closes without a reply), delay, throttle (429). For posts: drop, duplicate, delay,
reorder (delivered after the next one), error-before (as if the service refused the connection),
lose-answer (the service did its work, the answer never arrives). `seconds` are machine seconds, because what
a delay meets is the service's or our own HTTP time-out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from callsvc.simulator.chance import fraction

REST_PLACES = ("calls.create", "calls.update", "messages.create", "participants.create")
POST_PLACES = (
    "status-callback",
    "conference-callback",
    "message-callback",
    "amd-callback",
    "recording-callback",
    "voice-webhook",
    "message-webhook",
)
REST_KINDS = ("error-before", "error-after", "lose-answer", "delay", "throttle")
POST_KINDS = ("drop", "duplicate", "delay", "reorder", "error-before", "lose-answer")


@dataclass
class Fault:
    """One plan: its place, kind, length (machine seconds), how many times it may still strike, how likely."""

    id: int
    on: str
    kind: str
    seconds: float = 1.0
    times: int | None = None
    probability: float = 1.0
    seen: int = 0
    struck: int = 0


class Faults:
    """The plans in force."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._plans: list[Fault] = []
        self._made = 0

    def plan(self, wanted: dict[str, Any]) -> Fault:
        """Add one plan from its JSON; ValueError says what is wrong with it."""
        on, kind = str(wanted.get("on", "")), str(wanted.get("kind", ""))
        if on not in (*REST_PLACES, *POST_PLACES):
            raise ValueError(f"unknown place {on!r}: one of {', '.join((*REST_PLACES, *POST_PLACES))}")
        kinds = REST_KINDS if on in REST_PLACES else POST_KINDS
        if kind not in kinds:
            raise ValueError(f"unknown kind {kind!r} for {on}: one of {', '.join(kinds)}")
        times = wanted.get("times")
        self._made += 1
        fault = Fault(
            id=self._made,
            on=on,
            kind=kind,
            seconds=float(wanted.get("seconds", 1.0)),
            times=None if times is None else int(times),
            probability=float(wanted.get("probability", 1.0)),
        )
        self._plans.append(fault)
        return fault

    def strike(self, on: str) -> Fault | None:
        """The plan that strikes this event, if any: the first in order of planning whose draw says so."""
        return self._first(on, reorder=False)

    def strikes_order(self, on: str) -> bool:
        """Whether this post is to be delivered after the one that follows it."""
        return self._first(on, reorder=True) is not None

    def _first(self, on: str, *, reorder: bool) -> Fault | None:
        for fault in self._plans:
            if fault.on != on or (fault.kind == "reorder") is not reorder:
                continue
            if fault.times is not None and fault.struck >= fault.times:
                continue
            fault.seen += 1
            if fraction(self._seed, "fault", fault.id, fault.seen) < fault.probability:
                fault.struck += 1
                return fault
        return None

    def clear(self) -> None:
        """Forget every plan."""
        self._plans.clear()

    def listing(self) -> list[dict[str, Any]]:
        """Every plan with how often it was asked (`seen`) and how often it struck."""
        return [asdict(fault) for fault in self._plans]

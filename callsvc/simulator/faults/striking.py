"""Which fault strikes an event: by plan and chance, or because a replay says so.

Every draw is a hash of the seed, the plan, and the event's place, subject and occurrence, so that the same
requests meet the same faults in whatever order and at whatever pace they come. Only `times` counts over all
subjects: what it lets through depends on who comes first, and a replay is how to have exactly that again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callsvc.simulator.chance import fraction
from callsvc.simulator.clock import Clock
from callsvc.simulator.dates import Skew
from callsvc.simulator.faults.log import Applied, FaultLog
from callsvc.simulator.faults.plan import Fault, read_faults
from callsvc.simulator.ledger.store import Store

_WIDE = ("clock", "carrier")  # these strike an instant, not an event


@dataclass(frozen=True)
class Strike:
    """What happens to one event; `seconds` as in the plan."""

    kind: str
    seconds: float


class Faults:
    """The plans in force, the events counted so far, and the log."""

    def __init__(self, seed: str, store: Store, clock: Clock) -> None:
        self._seed = seed
        self._clock = clock
        self._start = clock.now()
        self._plans: list[Fault] = []
        self._made = 0
        self._counted: Counter[tuple[str, bool, str]] = Counter()
        self._replayed: dict[tuple[str, bool, str, int], Strike] = {}
        self.log = FaultLog(store)
        self.skew = Skew()
        self.restart_after = Restarts()

    def plan(self, wanted: Any) -> list[Fault]:
        """Add the plans of one entry; ValueError says what is wrong with it."""
        now = self._clock.now()
        planned = read_faults(wanted, seed=self._seed, first_id=self._made + 1, now=now)
        self._made += len(planned)
        for fault in planned:
            self._plans.append(fault)
            if fault.on in _WIDE:
                self._await(fault, now)
        return planned

    def plan_all(self, entries: Iterable[Any]) -> list[Fault]:
        """Add the plans of several entries; all of them or, when one is wrong (ValueError), none."""
        wanted, now = list(entries), self._clock.now()
        for entry in wanted:
            read_faults(entry, seed=self._seed, first_id=0, now=now)
        return [fault for entry in wanted for fault in self.plan(entry)]

    def strike(self, on: str, subject: str = "") -> Strike | None:
        """What strikes this event, if anything: the first plan in order of planning whose draw says so."""
        return self._strike(on, subject, reorder=False)

    def strikes_order(self, on: str, subject: str = "") -> bool:
        """Whether this post is to be delivered after the one that follows it."""
        return self._strike(on, subject, reorder=True) is not None

    def replay(self, entries: Iterable[Mapping[str, Any]]) -> int:
        """Make the faults of a log happen again, and no others; the answer is how many.

        ValueError when an entry is no entry of a log.
        """
        try:
            wanted = [(str(one["place"]), str(one["kind"]), one) for one in entries]
            strikes = {
                (place, kind == "reorder", str(one["subject"]), int(one["occurrence"])): Strike(
                    kind, float(one["seconds"])
                )
                for place, kind, one in wanted
                if place not in _WIDE
            }
            wide = [_planned_again(place, kind, one) for place, kind, one in wanted if place in _WIDE]
        except (KeyError, TypeError, ValueError) as problem:
            raise ValueError(
                f"replay: not a list of entries as GET /_simulator/faults/log gives them: {problem}"
            ) from problem
        self.clear()
        self._replayed = strikes
        for entry in wide:
            self.plan(entry)
        return len(wanted)

    def clear(self) -> None:
        """Nothing goes wrong any more; the log stays."""
        self._plans.clear()
        self._replayed.clear()
        self.skew.seconds = 0.0

    def forget(self, id: int) -> None:
        """Take one plan back; harmless when there is none."""
        self._plans = [fault for fault in self._plans if fault.id != id]

    def listing(self) -> list[dict[str, Any]]:
        """Every plan with how often it was asked (`seen`) and how often it struck."""
        return [fault.listed() for fault in self._plans]

    def _strike(self, on: str, subject: str, *, reorder: bool) -> Strike | None:
        key = (on, reorder, subject)
        self._counted[key] += 1
        occurrence = self._counted[key]
        if self._replayed:
            strike = self._replayed.get((*key, occurrence))
            plan = 0
        else:
            fault = self._drawn(on, subject, occurrence, reorder) if self._plans else None
            strike = Strike(fault.kind, fault.seconds) if fault else None
            plan = fault.id if fault else 0
        if strike is not None:
            self._note(on, strike, subject=subject, occurrence=occurrence, plan=plan)
        return strike

    def _drawn(self, on: str, subject: str, occurrence: int, reorder: bool) -> Fault | None:
        now = self._clock.now()
        for fault in self._plans:
            if fault.on != on or (fault.kind == "reorder") is not reorder or not fault.in_force(now):
                continue
            fault.seen += 1
            if fraction(fault.seed, "fault", fault.id, on, subject, occurrence) < fault.probability:
                fault.struck += 1
                return fault
        return None

    def _await(self, fault: Fault, now: datetime) -> None:
        """Plan the instant at which the clock or the carrier itself is struck."""
        wait = ((fault.since or now) - now).total_seconds()
        lasts = None if fault.until is None else (fault.until - max(now, fault.since or now)).total_seconds()

        def begin() -> None:
            if not any(fault is one for one in self._plans):
                return  # cleared meanwhile
            fault.struck += 1
            strike = Strike(fault.kind, fault.seconds)
            self._note(fault.on, strike, occurrence=fault.struck, plan=fault.id, lasts=lasts)
            if fault.on == "carrier":
                self.restart_after.ask(fault.seconds)
                return
            self.skew.seconds = fault.seconds
            if lasts is not None:
                self._clock.call_later(lasts, self.skew.end)

        if wait <= 0 and fault.on == "clock":
            begin()
        else:
            self._clock.call_later(wait, begin)

    def _note(
        self,
        place: str,
        strike: Strike,
        *,
        occurrence: int,
        plan: int,
        subject: str = "",
        lasts: float | None = None,
    ) -> None:
        now = self._clock.now()
        self.log.add(
            Applied(
                at=now,
                after=(now - self._start) / timedelta(seconds=1),
                place=place,
                subject=subject,
                occurrence=occurrence,
                plan=plan,
                kind=strike.kind,
                seconds=strike.seconds,
                lasts=lasts,
            )
        )


class Restarts:
    """Who is asked to restart the carrier; nobody until a server says that it can."""

    def __init__(self) -> None:
        self.listener: object = None

    def ask(self, seconds: float) -> None:
        """Restart, staying away that many machine seconds."""
        if callable(self.listener):
            self.listener(seconds)


def _planned_again(place: str, kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    after, lasts = float(entry["after"]), entry["lasts"]
    plan = {"on": place, "kind": kind, "seconds": float(entry["seconds"]), "from": after}
    return plan if lasts is None else plan | {"until": after + float(lasts)}

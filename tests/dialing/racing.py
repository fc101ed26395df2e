"""A world in which everything happens at once: diallers, a carrier that calls back, opt-outs, time.

The carrier keeps the ledger: every call and message with the order in which they came, under one lock. It
knows nothing of our books, and they are never asked whether they are right.
"""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextlib import suppress as ignoring
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from callsvc.calls.updates import perform
from callsvc.carrier.memory import CallEvent, MemoryCarrier
from callsvc.carrier.port import CallOrder, CarrierCall, InDoubt, Throttled
from callsvc.carrier.vocabulary import CALL_OVER
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.clock import Clock
from callsvc.core.db import again_after_deadlock
from callsvc.dialing import claiming
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.dialing.sweeping import sweep
from callsvc.messages.sending import send_messages
from callsvc.runtime import Runtime
from callsvc.webhooks import status, voice
from callsvc.webhooks.requests import CarrierRequest
from tests.dialing.ground import NEXT, WorkerDied
from tests.factories import advance

FAULTS: tuple[tuple[BaseException, bool], ...] = (
    (Throttled("slow down"), False),
    (InDoubt("time-out"), False),
    (InDoubt("time-out"), True),
    (WorkerDied(), True),
    (WorkerDied(), False),
)


DIALLERS = 8
_LONGEST = timedelta(
    minutes=50
)  # any call: the threads that are the carrier may not have come by for as long


class Ledger(MemoryCarrier):
    """The carrier in memory, and what it saw go wrong."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.order = threading.Lock()
        self.overlaps: list[str] = []
        self.sequence = 0
        self.placed_at: dict[str, int] = {}  # sid -> place in the order of everything

    def step(self) -> int:
        self.sequence += 1
        return self.sequence

    def create_call(self, order: CallOrder) -> CarrierCall:
        with self.order:
            before = len(self.calls)
            live = [one for one in self.calls.values() if one.to == order.to and one.status not in CALL_OVER]
            try:
                return super().create_call(order)
            finally:
                if len(self.calls) > before:
                    self.placed_at[list(self.calls)[-1]] = self.step()
                    if live:
                        self.overlaps.append(order.to)

    def set_status(self, sid: str, status: str) -> None:
        with self._lock:  # events are read while others are written
            super().set_status(sid, status)

    def go_on(self, sid: str, was: str, status: str) -> None:
        """A call goes on, unless it went elsewhere meanwhile: none comes back from its end."""
        with self._lock:
            if self.calls[sid].status == was:
                super().set_status(sid, status)


class Still:
    """Time stands still while somebody is between a claim and its request, as it nearly does in life."""

    def __init__(self) -> None:
        self._changed, self._inside = threading.Condition(), 0

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def move(self, act: Callable[[], Any]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._inside == 0, timeout=5)
            if self._inside == 0:
                act()


@dataclass
class Race:
    """``zones``: where each number rings. ``rounds``: how much every thread does."""

    rt: Runtime
    carrier: Ledger
    zones: dict[str, str]
    purposes: dict[str, str]  # caller id -> purpose of its campaign
    rounds: int
    seed: int
    still: Still = field(default_factory=Still)
    stopped: list[tuple[int, str, str, str]] = field(default_factory=list)  # order, number, scope, purpose
    progress: threading.Condition = field(default_factory=threading.Condition)
    done: int = 0  # rounds of all diallers
    begun: dict[str, int] = field(default_factory=dict)  # leg -> order at which its claim began

    def run(self) -> None:
        """All of them at once; an error in any is raised here."""
        works = [lambda n=n: self._dial(random.Random(self.seed * 100 + n)) for n in range(DIALLERS)]
        works += [lambda n=n: self._call_back(random.Random(self.seed * 100 + 50 + n)) for n in range(2)]
        works += [self._opt_out, self._repair]
        claim = claiming.claim_attempt
        claiming.claim_attempt = self._noting(claim)
        try:
            with ThreadPoolExecutor(len(works)) as pool:
                for done in [pool.submit(work) for work in works]:
                    done.result()
        finally:
            claiming.claim_attempt = claim

    def _noting(self, claim: Any) -> Any:
        def noted(tx: Any, leg_id: str) -> Any:
            begun = self.carrier.sequence  # whatever was stopped before this is known to the claim
            given = claim(tx, leg_id)
            if given is not None:  # asked again for a leg that somebody else has claimed, it gives nothing
                self.begun[leg_id] = begun
            return given

        return noted

    def _dial(self, chance: random.Random) -> None:
        for _ in range(self.rounds):
            plan_calls(self.rt)
            self._work(chance)
            with self.progress:
                self.done += 1
                self.progress.notify_all()
            if chance.random() < 0.5:
                day_is_over = chance.random() < 0.05 and len(self.carrier.calls) > len(self.zones)
                seconds = 20 * 3600 if day_is_over else chance.choice((1, 11, 40, 70, 130, 400))
                self.still.move(lambda seconds=seconds: self._pass(seconds))  # type: ignore[misc]
                sweep(self.rt)

    def _pass(self, seconds: float) -> None:
        """Time goes on; the carrier ends what would last longer than any order allows."""
        begun_before = self.rt.clock.now() + timedelta(seconds=seconds) - _LONGEST
        for sid, one in list(self.carrier.calls.items()):
            if one.status not in CALL_OVER and one.created_at and one.created_at < begun_before:
                self.carrier.go_on(sid, one.status, "failed")
        advance(self.rt, seconds)

    def _work(self, chance: random.Random) -> None:
        jobs = self.rt.jobs.take()  # type: ignore[attr-defined]
        for job, ids in jobs:
            if chance.random() < 0.05:
                continue  # Redis forgot it
            for _ in range(1 + (chance.random() < 0.2)):  # and now and then gives one job to two
                self._one_job(job, list(ids), chance)

    def _one_job(self, job: str, ids: list[str], chance: random.Random) -> None:
        if job == "place_calls":
            for leg_id in ids:
                if chance.random() < 0.12:
                    error, after = chance.choice(FAULTS)
                    self.carrier.fail_next(error, after_placing=after)
                with ignoring(WorkerDied), self.still.held():
                    place_attempts(self.rt, [leg_id])
        elif job == "update_calls":
            for update_id in ids:
                perform(self.rt, update_id)
        elif job == "settle_doubt":
            settle_doubts(self.rt, ids)
        elif job == "reconcile_legs":
            reconcile(self.rt, ids)
        elif job == "send_messages":
            with ignoring(WorkerDied):
                send_messages(self.rt, ids)

    def _call_back(self, chance: random.Random) -> None:
        """The carrier's calls go on, and it tells us: late, twice, or never."""
        told = 0
        for _ in range(self.rounds * 3):
            for sid, one in list(self.carrier.calls.items()):
                after = NEXT.get(one.status)
                if after is not None and chance.random() < 0.5:
                    self.carrier.go_on(sid, one.status, chance.choice(after))
            events = list(self.carrier.events)
            for event in events[told:]:
                for _ in range(chance.choice((0, 1, 1, 1, 2))):
                    again_after_deadlock(lambda event=event: self._deliver(event))  # type: ignore[misc]
            told = len(events)

    def _deliver(self, event: CallEvent) -> None:
        leg_id = self.carrier.orders[event.sid].answer_url.split("/")[-2]
        if event.status == "in-progress":
            voice.take_turn(self.rt, leg_id, 0, CarrierRequest({"CallSid": event.sid, "AnsweredBy": "human"}))
        told = {
            "CallSid": event.sid,
            "CallStatus": event.status,
            "SequenceNumber": str(event.sequence),
            "Timestamp": event.at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }
        if event.status == "completed":
            told["CallDuration"] = str(self.carrier.calls[event.sid].duration_s or 0)
        status.record(self.rt, leg_id, CarrierRequest(told))

    def _opt_out(self) -> None:
        chance = random.Random(self.seed * 100 + 90)
        numbers = chance.sample(sorted(self.zones), len(self.zones) // 3)
        for place, number in enumerate(numbers):
            scope, purpose = chance.choice(("purpose", "all")), chance.choice(list(self.purposes.values()))
            self._wait_for(place * DIALLERS * self.rounds // len(numbers))
            again_after_deadlock(lambda n=number, s=scope, p=purpose: self._say_stop(n, s, p))  # type: ignore[misc]
            with self.carrier.order:
                self.stopped.append((self.carrier.step(), number, scope, purpose))

    def _wait_for(self, rounds: int) -> None:
        """Until the diallers together have done so much."""
        with self.progress:
            self.progress.wait_for(lambda: self.done >= rounds, timeout=60)

    def _say_stop(self, number: str, scope: str, purpose: str) -> None:
        with self.rt.db.begin() as tx:
            number_id = find_number(tx, number)
            assert number_id is not None
            suppress(tx, number_id, scope, purpose=purpose, source="test")

    def _repair(self) -> None:
        chance = random.Random(self.seed * 100 + 92)
        for _ in range(self.rounds * 2):
            recreate_due(self.rt)
            self._work(chance)

    def come_to_rest(self) -> None:
        """Every call ends, nothing is lost any more, and what is due is done by one worker."""
        chance = random.Random(0)
        for _ in range(14):
            for sid, one in list(self.carrier.calls.items()):
                if one.status not in CALL_OVER:
                    self.carrier.set_status(sid, "failed")
            self.carrier.forget_faults()
            advance(self.rt, 11)
            recreate_due(self.rt)
            sweep(self.rt)
            for job, ids in self.rt.jobs.take():  # type: ignore[attr-defined]
                if job != "place_calls":
                    self._one_job(job, list(ids), chance)

    # what the ledger says

    def calls_after_stop(self) -> list[str]:
        """Calls whose claim began when the opt-out was on record already."""
        found = []
        for sid, call in self.carrier.calls.items():
            order = self.carrier.orders[sid]
            leg_id, purpose = order.answer_url.split("/")[-2], self.purposes[order.from_]
            for when, number, scope, stopped in self.stopped:
                covered = scope == "all" or stopped == purpose
                if call.to == number and covered and self.begun[leg_id] >= when:
                    found.append(sid)
        return found

    def calls_outside(self, opens: str, closes: str) -> list[str]:
        """Calls made when the clock where they ring was outside these hours."""
        found = []
        for sid, call in self.carrier.calls.items():
            wall = (call.created_at or datetime.now(UTC)).astimezone(ZoneInfo(self.zones[call.to]))
            if not opens <= wall.strftime("%H:%M") < closes:
                found.append(sid)
        return found

    def calls_above(self, most: int, span: timedelta) -> list[str]:
        """Numbers that had more than so many calls within the span."""
        found = []
        for number in self.zones:
            made = sorted(
                one.created_at for one in self.carrier.calls.values() if one.to == number and one.created_at
            )
            found += [number for first, over in zip(made, made[most:], strict=False) if over - first < span]
        return found

"""One day in virtual time: events in a heap, calls in arrays, regions that change one event at a time.

The engine knows how calls arrive, wait, give up, are answered and end; who is connected to whom is asked of a
policy. At every instant: entered = waiting + connected (or ended) + abandoned + called back.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any, Protocol

from callsvc.campaigns.definitions.retries import Retries
from callsvc.planning.twin.again import next_try
from callsvc.planning.twin.queues import (
    ABANDONED,
    CONNECTED,
    DEFERRED,
    DONE,
    RETURNED,
    RETURNING,
    UNREACHED,
    WAITING,
    Queued,
)
from callsvc.planning.twin.traces import Trace
from callsvc.routing.rules.freeing import Age
from callsvc.routing.rules.regions import NOBODY, Country

LEAVES, ENDS, RINGS, CHANGES, AGAIN = range(5)
"""Events: patience ends, a conversation ends, a timer of the policy, staffing or an opt-out changes, somebody
who was not reached is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """What becomes of an offer to be called back, and what a call in vain costs.

    ``retries``: by which policies whoever was not reached is called again; None: not on this day.
    """

    after_s: float = 8.0
    accepted: float = 0.5
    reached: float = 0.8
    vain_s: float = 45.0
    retries: Retries | None = None


class Policy(Protocol):
    """Who takes which call. ``day`` is told everything; a policy only decides."""

    parts_at_s: float  # the age at which a queue parts young and late
    timers: Sequence[float]  # ages at which ``aged`` is asked about a call that still waits

    def opened(self, day: "Day") -> None: ...
    def queued(self, day: "Day", home: Queued) -> None: ...
    def freed(self, day: "Day", region: Queued) -> None: ...
    def aged(self, day: "Day", call: int, home: Queued) -> None: ...
    def resolved(self, home: Queued, in_time: bool) -> None: ...
    def ended(self, day: "Day", took_s: float, aid: bool) -> None: ...
    def staffed(self, day: "Day") -> None: ...


class Day:
    """The state of a day; ``run`` plays it to the end of its last conversation."""

    def __init__(
        self,
        regions: Sequence[Queued],
        trace: Trace,
        policy: Policy,
        *,
        target_s: float = 20.0,
        slow: float = 1.0,
        callbacks: Callbacks | None = None,
        ends_s: float = NOBODY,
        ring_s: float = 0.0,
        changes: Sequence[tuple[float, Callable[["Day"], None]]] = (),
    ) -> None:
        self.regions, self.trace, self.policy = regions, trace, policy
        self.target_s = target_s
        self.slow, self.callbacks, self.ends_s = slow, callbacks, ends_s
        self.ring_s = ring_s  # from the moment an agent is chosen to the conversation
        self.changes = changes
        self.state = bytearray(len(trace))
        self.answered = array("d", bytes(8 * len(trace)))  # when an agent took the call; 0 = never
        self.by = array("h", bytes(2 * len(trace)))  # whose agent, once taken
        self.country = Country(regions)
        if not self.country.agents:  # nobody is on duty yet
            self.country.handle_s = sum(one.handle_s for one in regions) / len(regions)
        self.aiding: list[tuple[float, str]] = []  # when which region began to be aided
        self.heap: list[tuple[float, int, int]] = []
        self.vain: dict[int, int] = {}  # calls back that reached nobody, by call
        self.foreign_while_out = 0  # calls of others a region took after it had opted out
        self.now = 0.0
        self.watch: Callable[[Day], None] | None = None  # a test looks after every event

    def run(self) -> None:
        """Play the day."""
        for number, (moment, _) in enumerate(self.changes):
            heappush(self.heap, (moment, CHANGES, number))
        self.policy.opened(self)
        heap, at, watch = self.heap, self.trace.at, self.watch
        act: tuple[Callable[[int], Any], ...] = (
            self._leave,
            self._end,
            self._ring,
            self._change,
            self._call_again,
        )
        arriving, last = 0, len(at)
        upcoming = at[0] if last else NOBODY
        while heap or arriving < last:
            if heap and heap[0][0] <= upcoming:
                self.now, kind, which = heappop(heap)
                act[kind](which)
            else:
                self.now = upcoming
                self._arrive(arriving)
                arriving += 1
                upcoming = at[arriving] if arriving < last else NOBODY
            if watch is not None:
                watch(self)

    def _arrive(self, call: int) -> None:
        home = self.regions[self.trace.home[call]]
        if home.idle:
            self.connect(call, home)
            return
        self.state[call] = WAITING
        if not home.waiting:
            self.country.pressed.append(home)
            home.young_since = self.now
        elif home.young_since == NOBODY:
            home.young_since = self.now
        home.waiting += 1
        self.country.waiting += 1
        home.young.append(call)
        heappush(self.heap, (self.trace.leaves[call], LEAVES, call))
        for age in self.policy.timers:
            heappush(self.heap, (self.now + age, RINGS, call))
        self.policy.queued(self, home)

    def connect(self, call: int, helper: Queued) -> None:
        """An agent of ``helper`` takes this call now."""
        trace, now = self.trace, self.now
        home = self.regions[trace.home[call]]
        self.state[call] = CONNECTED
        self.answered[call] = now
        self.by[call] = helper.index
        helper.idle -= 1
        needs = trace.needs[call]
        if helper is not home:
            needs *= self.slow
            self._lend(home, helper)
        self.policy.resolved(home, now + self.ring_s - trace.at[call] <= self.target_s)
        heappush(self.heap, (now + needs, ENDS, call))

    def take(self, home: Queued, age: Age, helper: Queued) -> None:
        """An agent of ``helper`` takes the oldest call of this age of ``home``; the heads are current."""
        call = home.pop(age)
        self.state[call] = CONNECTED
        self._left(home)
        self.connect(call, helper)

    def settle(self) -> None:
        """Bring the ages of all queues up to date."""
        edge = self.now - self.policy.parts_at_s
        for region in self.country.pressed:
            if (region.young_since <= edge or region.second_since < NOBODY) and isinstance(region, Queued):
                region.settle(self.state, self.trace, edge)

    def _left(self, home: Queued) -> None:
        home.waiting -= 1
        self.country.waiting -= 1
        home.settle(self.state, self.trace, self.now - self.policy.parts_at_s)
        if not home.waiting:
            self.country.pressed.remove(home)

    def _leave(self, call: int) -> None:
        if self.state[call] == WAITING:
            self.state[call] = ABANDONED
            home = self.regions[self.trace.home[call]]
            self._left(home)
            self.policy.resolved(home, False)

    def _ring(self, call: int) -> None:
        if self.state[call] == WAITING:
            self.policy.aged(self, call, self.regions[self.trace.home[call]])

    def _change(self, number: int) -> None:
        self.changes[number][1](self)

    def _end(self, call: int) -> None:
        helper, home = self.regions[self.by[call]], self.regions[self.trace.home[call]]
        took = self.trace.needs[call]
        if helper is not home:
            took *= self.slow
            home.aid_in -= 1
            helper.aid_out -= 1
            helper.holds[home.code] -= 1
        state = self.state[call]
        if state == CONNECTED:
            self.state[call] = DONE
            self.policy.ended(self, took, helper is not home)
        elif state == RETURNING:
            self.state[call] = RETURNED if self._reaches(call) else UNREACHED
            if self.state[call] == UNREACHED:
                self._in_vain(call)
        if helper.leaving:
            helper.leaving -= 1
            return
        helper.idle += 1
        self.policy.freed(self, helper)

    def defer(self, call: int) -> bool:
        """Offer a callback to a waiting call; True when it left the queue for one."""
        terms = self.callbacks
        if terms is None or self.trace.accepts[call] >= terms.accepted:
            return False
        self.state[call] = DEFERRED
        home = self.regions[self.trace.home[call]]
        home.callbacks.append(call)
        self._left(home)
        self.policy.resolved(home, False)
        return True

    def call_back(self, home: Queued, helper: Queued) -> None:
        """An idle agent of ``helper`` calls the first who waits for a callback of ``home``."""
        assert self.callbacks is not None  # noqa: S101 - nobody is called back otherwise
        call = home.callbacks.popleft()
        self.state[call] = RETURNING
        self.by[call] = helper.index
        helper.idle -= 1
        needs = self.trace.needs[call] if self._reaches(call) else self.callbacks.vain_s
        if helper is not home:
            needs *= self.slow
            self._lend(home, helper)
        heappush(self.heap, (self.now + needs, ENDS, call))

    def _reaches(self, call: int) -> bool:
        """Does whoever is called back pick up this time? Every try is drawn anew."""
        assert self.callbacks is not None  # noqa: S101 - nobody is called back otherwise
        draw, before = self.trace.reached[call], self.vain.get(call, 0)
        if before:
            draw = Random(f"{draw!r} {before}").random()  # noqa: S311 - a simulation
        return draw < self.callbacks.reached

    def _in_vain(self, call: int) -> None:
        """Nobody picked up: another try, if the retries and the day have one left."""
        assert self.callbacks is not None  # noqa: S101 - as above
        self.vain[call] = self.vain.get(call, 0) + 1
        if self.callbacks.retries is not None:
            again = next_try(self.callbacks.retries, self.vain[call], self.now)
            if again is not None and again < self.ends_s:
                heappush(self.heap, (again, AGAIN, call))

    def _call_again(self, call: int) -> None:
        """Their turn has come again: before those who were promised a call later."""
        home = self.regions[self.trace.home[call]]
        self.state[call] = DEFERRED
        home.callbacks.appendleft(call)
        if home.idle:
            self.policy.freed(self, home)

    def staff(self, region: Queued, agents: int) -> None:
        """From now on so many agents are on duty; those who talk finish their call first."""
        more = agents - region.agents
        region.agents = agents
        self.country.agents += more
        self.policy.staffed(self)
        if more >= 0:
            back = min(more, region.leaving)
            region.leaving -= back
            region.idle += more - back
            self.policy.freed(self, region)
        else:
            gone = min(-more, region.idle)
            region.idle -= gone
            region.leaving += -more - gone

    def _lend(self, home: Queued, helper: Queued) -> None:
        home.aid_in += 1
        home.received += 1
        helper.aid_out += 1
        helper.given += 1
        helper.holds[home.code] = helper.holds.get(home.code, 0) + 1
        self.foreign_while_out += helper.opted_out

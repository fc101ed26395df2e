"""A region of the twin: what the rules look at, and the calls themselves."""

from collections import deque

from callsvc.planning.twin.traces import Trace
from callsvc.routing.rules.freeing import Age
from callsvc.routing.rules.regions import NOBODY, Region

WAITING, CONNECTED, DONE, ABANDONED, DEFERRED, RETURNING, RETURNED, UNREACHED = range(1, 9)
"""States of a call; 0 has not arrived."""


class Queued(Region):
    """Calls in order of arrival: in time, late but within the second promise, older.

    Those who left are dropped when they come up.
    """

    __slots__ = (
        "callbacks",
        "declared",
        "floor",
        "index",
        "late",
        "leaving",
        "nearest",
        "second",
        "second_s",
        "young",
    )

    def __init__(self, index: int, code: str, agents: int, *, handle_s: float, reserve: int = 0) -> None:
        super().__init__(code, agents, handle_s=handle_s, reserve=reserve)
        self.index = index
        self.young: deque[int] = deque()
        self.second: deque[int] = deque()
        self.late: deque[int] = deque()
        self.second_s = 40.0  # from the target to the second promise
        self.callbacks: deque[int] = deque()
        self.nearest: list[str] = []  # the other regions, by distance
        self.floor: float | None = None  # its own, if it has one
        self.declared: int | None = None  # idle agents it always keeps, if it said so
        self.leaving = 0  # agents who go home when their call ends

    def settle(self, state: bytearray, trace: Trace, edge: float) -> None:
        """Bring the heads of the queue up to date; calls that arrived before ``edge`` are late."""
        young, second, late, at = self.young, self.second, self.late, trace.at
        while young and (state[young[0]] != WAITING or at[young[0]] <= edge):
            call = young.popleft()
            if state[call] == WAITING:
                second.append(call)
        self.young_since = at[young[0]] if young else NOBODY
        if not second and not late:
            self.second_since = self.late_since = NOBODY
            return
        edge -= self.second_s
        while second and (state[second[0]] != WAITING or at[second[0]] <= edge):
            call = second.popleft()
            if state[call] == WAITING:
                late.append(call)
        while late and state[late[0]] != WAITING:
            late.popleft()
        self.second_since = at[second[0]] if second else NOBODY
        self.late_since = at[late[0]] if late else self.second_since

    def pop(self, age: Age) -> int:
        """The oldest call of this age; the heads are up to date."""
        if age == "young":
            return self.young.popleft()
        self.late_taken += 1
        return (self.second if age == "second" or not self.late else self.late).popleft()

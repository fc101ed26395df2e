"""A region of the twin: what the rules look at, and the calls themselves."""

from collections import deque

from callsvc.planning.twin.traces import Trace
from callsvc.routing.rules.regions import NOBODY, Region

WAITING, CONNECTED, DONE, ABANDONED, DEFERRED, RETURNING, RETURNED, UNREACHED = range(1, 9)
"""States of a call; 0 has not arrived."""


class Queued(Region):
    """``young`` and ``late`` hold calls in order of arrival; those who left are dropped when they come up."""

    __slots__ = ("callbacks", "index", "late", "leaving", "young")

    def __init__(self, index: int, code: str, agents: int, *, handle_s: float, reserve: int = 0) -> None:
        super().__init__(code, agents, handle_s=handle_s, reserve=reserve)
        self.index = index
        self.young: deque[int] = deque()
        self.late: deque[int] = deque()
        self.callbacks: deque[int] = deque()
        self.leaving = 0  # agents who go home when their call ends

    def settle(self, state: bytearray, trace: Trace, edge: float) -> None:
        """Bring the heads of the queue up to date; calls that arrived before ``edge`` are late."""
        young, late, at = self.young, self.late, trace.at
        while young:
            call = young[0]
            if state[call] != WAITING:
                young.popleft()
            elif at[call] <= edge:
                late.append(young.popleft())
            else:
                break
        while late and state[late[0]] != WAITING:
            late.popleft()
        self.young_since = at[young[0]] if young else NOBODY
        self.late_since = at[late[0]] if late else NOBODY

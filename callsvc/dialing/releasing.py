"""Planned calls released at the pace: what a worker found waiting goes out no faster than the carrier takes.

Calls missed while a worker, its machine or the carrier stood still are not made up for. At most three
seconds of them were planned (``sharing.backlog``); those go out first, at the pace, and everybody else
is planned in their turn.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Lock
from time import monotonic, sleep

from callsvc.calls.placing import Claim, send_claim
from callsvc.core.each import for_each
from callsvc.dialing.claiming import claim_attempt
from callsvc.dialing.set_ups import SetUp, delay_set_up, free_set_up, until_free, use_set_up
from callsvc.runtime import Runtime

Pause = Callable[[float], object]  # real seconds

# Real seconds.
_LONGEST_S = 5.0  # a job waits; what is still planned then is asked for again
_PROMPT_S = 0.2  # a request leaves after its instant: a busy machine costs the pace nothing
_STALL_S = 0.5  # later than that it waits for another instant
_SHORTEST_S = 0.005

_WAITING = 4  # for their instants, to each that is busy
_one_waits = Lock()  # of the requests of this process: all of them would wake for the same set-up


def place_at_pace(rt: Runtime, leg_ids: list[str], *, at_once: int = 1, pause: Pause = sleep) -> None:
    """Claim and place each planned attempt as its set-up comes, ``at_once`` requests at a time.

    Safe to run twice, and beside others: a claim is taken once, and all of them share one limit.
    """
    until, busy = monotonic() + _LONGEST_S, BoundedSemaphore(at_once)

    def place(leg_id: str) -> None:
        for_each(rt.db, [leg_id], lambda one: _place(rt, one, until, busy, pause))

    with ThreadPoolExecutor(at_once * _WAITING, "placing") as pool:
        list(pool.map(place, leg_ids))


def _place(rt: Runtime, leg_id: str, until: float, busy: BoundedSemaphore, pause: Pause) -> None:
    while True:
        with busy, rt.db.begin() as tx:
            given = free_set_up(tx)
            if given is not None:
                claim = claim_attempt(tx, leg_id)
                if claim is not None:
                    given = use_set_up(tx, given, rt.clock.now())
                break
        if monotonic() >= until:
            return
        _wait(rt, pause)
    if claim is not None:
        _await_instant(rt, claim, given, pause)
        with busy:
            send_claim(rt, claim)


def _await_instant(rt: Runtime, claim: Claim, given: SetUp, pause: Pause) -> None:
    """Until its instant. Who is late delays the next, who was stopped meanwhile waits for another instant.

    Should that take longer than the claim holds, ``send_claim`` sends nothing and the leg is settled.
    """
    while True:
        early_s = (given.at - rt.clock.now()).total_seconds() / rt.clock.speed
        if early_s > 0:
            pause(early_s)
        late_s = (rt.clock.now() - given.at).total_seconds() / rt.clock.speed
        if late_s <= _PROMPT_S or rt.machine.now() >= claim.lease_until:
            return
        with rt.db.begin() as tx:
            if late_s <= _STALL_S:
                given = delay_set_up(tx, given, rt.clock.now())
                continue
            another = free_set_up(tx)
            if another is not None:
                given = use_set_up(tx, another, rt.clock.now())
        if another is None:
            _wait(rt, pause)


def _wait(rt: Runtime, pause: Pause) -> None:
    with _one_waits:
        with rt.db.read() as tx:
            lived = until_free(tx)
        pause(max(_SHORTEST_S, lived.total_seconds() / rt.clock.speed))

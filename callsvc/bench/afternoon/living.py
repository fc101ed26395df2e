"""The afternoon itself: the whole service on this machine, agents by API, callers on the simulator."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
import sqlalchemy as sa

from callsvc.bench.afternoon.country import FLOW_ID, NATIONAL_NUMBER, found, number_of, people
from callsvc.bench.afternoon.desks import Desks
from callsvc.bench.afternoon.plan import PLATFORMS, SPIKED, Plan, handling_times
from callsvc.bench.afternoon.watching import Watch
from callsvc.bench.keeping_up import UNANSWERED_MS, answers_ms
from callsvc.processes.running import RunningStack, running_stack
from callsvc.routing.tables import queue_entry, reservation
from callsvc.runtime import Runtime

ONE_IN_PARIS: Final = datetime(2020, 11, 16, 13, 0, tzinfo=ZoneInfo("Europe/Paris"))  # a Monday
_BATCH: Final = 500  # people added in one request
_LOOKED_AT: Final = 300  # calls whose webhooks are timed
_SETTLES_WITHIN_S: Final = 120.0  # real, after the last call


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What the service's own tables do not tell. Lags in lived seconds."""

    began_at: datetime  # lived
    drawn: dict[str, float]  # reservation -> seconds its agent was to be busy
    calls_late_s: float  # the latest call, after the moment drawn for it
    found_late: int  # changes of a desk its stream had not told of
    answers_s: list[float]  # from a voice webhook to its answer, for some of the calls
    unanswered: int  # webhooks among them that never were, most as the call had been moved on meanwhile
    processor: dict[str, float]  # process -> parts of one core
    machine: float  # part of all cores that was busy, with whatever else ran there


@contextmanager
def service(plan: Plan, database: str) -> Iterator[tuple[RunningStack, Runtime]]:
    """The whole stack in a directory of its own, on this database; SQLite when empty."""
    extra = {
        "SIMULATOR_CPS": "1000",
        "CALLSVC_INBOUND_FLOW": FLOW_ID,
        "CALLSVC_DEFAULT_PLATFORM": PLATFORMS[SPIKED],
        "CALLSVC_WRAP_UP_S": "3600",  # agents end their wrap-up themselves
        "CALLSVC_RECONCILE_S": "600",  # at this speed a conversation of minutes is not silence
    } | ({"DATABASE_URL": database} if database else {})
    with (
        TemporaryDirectory(prefix="callsvc-bench-") as directory,
        running_stack(Path(directory), origin=ONE_IN_PARIS, speed=plan.speed, extra=extra) as stack,
    ):
        rt = stack.runtime()
        try:
            yield stack, rt
        finally:
            rt.db.engine.dispose()


async def live(stack: RunningStack, rt: Runtime, plan: Plan, calls: Sequence[tuple[float, int]]) -> Lived:
    """Live it: from the first agent's sign-in until nobody waits any more."""
    seats = found(rt, plan, calls)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        everybody = people(plan, len(calls), seats)
        for start in range(0, len(everybody), _BATCH):
            some = everybody[start : start + _BATCH]
            await _post(session, f"{stack.simulator_url}/_simulator/people", some)
        handling = handling_times(plan, Random(f"{plan.seed} handling"))  # noqa: S311 - repeatable
        async with Desks(stack.web_url, stack.stream_url, seats, plan, handling) as desks:
            began_at, watch = rt.clock.now(), Watch(stack, rt)
            sids, late_s = await _call(session, stack.simulator_url, plan, calls)
            watch.stop()
            await _settle(rt)
        answers_s, unanswered = await _answers(session, stack.simulator_url, sids)
    return Lived(
        began_at=began_at,
        drawn=desks.drawn,
        calls_late_s=late_s,
        found_late=desks.found_late,
        answers_s=answers_s,
        unanswered=unanswered,
        processor=watch.processor,
        machine=watch.machine,
    )


async def _post(session: aiohttp.ClientSession, url: str, body: Any) -> Any:
    async with session.post(url, json=body) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _call(
    session: aiohttp.ClientSession, simulator: str, plan: Plan, calls: Sequence[tuple[float, int]]
) -> tuple[list[str], float]:
    """Everybody calls at the moment drawn, until the afternoon is over; the calls' names at the carrier, and
    how late the latest was (lived seconds)."""
    began = time.monotonic()

    async def ring(number: int, at: float) -> tuple[str, float]:
        await asyncio.sleep(max(0.0, began + at / plan.speed - time.monotonic()))
        late_s = (time.monotonic() - began) * plan.speed - at
        call = {"from": number_of(number), "to": NATIONAL_NUMBER}
        return str((await _post(session, f"{simulator}/_simulator/calls", call))["sid"]), late_s

    rung = await asyncio.gather(*(ring(number, at) for number, (at, _) in enumerate(calls)))
    await asyncio.sleep(max(0.0, began + plan.length_s / plan.speed - time.monotonic()))
    return [sid for sid, _ in rung], max((late_s for _, late_s in rung), default=0.0)


async def _settle(rt: Runtime) -> None:
    """Until nobody waits: whoever called in time is followed to an agent, or to the end."""
    waiting = sa.select(queue_entry.c.id).where(queue_entry.c.state.in_(("pending", "reserved")))
    meeting = sa.select(reservation.c.id).where(
        reservation.c.state == "accepted",
        reservation.c.bridged_at.is_(None),
        reservation.c.talk_ended_at.is_(None),
    )
    until = time.monotonic() + _SETTLES_WITHIN_S
    while time.monotonic() < until:
        await asyncio.sleep(1.0)
        with rt.db.read() as tx:
            if tx.first(waiting) is None and tx.first(meeting) is None:
                return


async def _answers(
    session: aiohttp.ClientSession, simulator: str, sids: Sequence[str]
) -> tuple[list[float], int]:
    """Lived seconds from voice webhooks to their answers, of some hundreds of calls; how many had none."""
    found: list[float] = []
    for sid in sids[:: max(1, len(sids) // _LOOKED_AT)]:
        async with session.get(f"{simulator}/_simulator/ledger/calls/{sid}") as answer:
            told = await answer.json()
        found += [ms / 1000 for ms in answers_ms(told["timeline"])]
    answered = [seconds for seconds in found if seconds < UNANSWERED_MS / 1000]
    return answered, len(found) - len(answered)

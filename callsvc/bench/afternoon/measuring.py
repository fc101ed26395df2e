"""The same figures of a lived afternoon and of one in the twin: both become a list of calls first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Final

import sqlalchemy as sa

from callsvc.bench.afternoon.plan import SHARES, SPIKED, Plan
from callsvc.core.db import Tx
from callsvc.planning.twin.day import Day
from callsvc.routing.tables import queue_entry, reservation

TARGET_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``waited_s`` ends when the two are in conversation; None: they never were."""

    home: str
    waited_s: float | None
    by: str = ""  # the region of the agent
    busy: tuple[float, float] = (0.0, 0.0)  # from the offer to the end of the wrap-up, from the start


def _of(calls: Iterable[Call], home: str) -> list[Call]:
    return [call for call in calls if call.home == home]


def _not_of(calls: Iterable[Call], home: str) -> list[Call]:
    return [call for call in calls if call.home != home]


def _share(held: Iterable[bool]) -> float:
    found = list(held)
    return 100.0 * fmean(found) if found else 0.0


def _in_time(calls: Iterable[Call]) -> float:
    return _share(call.waited_s is not None and call.waited_s <= TARGET_S for call in calls)


def _abandoned(calls: Iterable[Call]) -> float:
    return _share(call.waited_s is None for call in calls)


def _aided(calls: Iterable[Call]) -> float:
    return _share(call.by != call.home for call in calls if call.waited_s is not None)


def _wait_s(calls: Iterable[Call]) -> float:
    waits = [call.waited_s for call in calls if call.waited_s is not None]
    return fmean(waits) if waits else 0.0


def _occupancy(calls: Iterable[Call], plan: Plan) -> float:
    busy = sum(max(0.0, min(until, plan.length_s) - since) for since, until in (call.busy for call in calls))
    return 100.0 * busy / (sum(plan.staff.values()) * plan.length_s)


MEASURES: Final[Mapping[str, tuple[str, Callable[[Sequence[Call], Plan], float]]]] = {
    "in_time": ("answered within 20 s, %", lambda calls, _: _in_time(calls)),
    "hot_in_time": ("the same, spiked region, %", lambda calls, _: _in_time(_of(calls, SPIKED))),
    "others_in_time": ("the same, other regions, %", lambda calls, _: _in_time(_not_of(calls, SPIKED))),
    "abandoned": ("given up, %", lambda calls, _: _abandoned(calls)),
    "hot_abandoned": ("given up, spiked region, %", lambda calls, _: _abandoned(_of(calls, SPIKED))),
    "wait_s": ("mean wait of those answered, s", lambda calls, _: _wait_s(calls)),
    "hot_wait_s": ("the same, spiked region, s", lambda calls, _: _wait_s(_of(calls, SPIKED))),
    "aided": ("answered by another region, %", lambda calls, _: _aided(calls)),
    "hot_aided": ("the same, spiked region, %", lambda calls, _: _aided(_of(calls, SPIKED))),
    "occupancy": ("agents busy, %", _occupancy),
}


def figures(calls: Sequence[Call], plan: Plan) -> dict[str, float]:
    """Every measure; shares are of all calls offered, but for aid: of those answered."""
    return {name: measure(calls, plan) for name, (_, measure) in MEASURES.items()}


def calls_of_twin(day: Day, set_up_s: Sequence[float]) -> list[Call]:
    """The calls of a finished day; its agents answered at once, the service's so many seconds later."""
    trace, codes = day.trace, list(SHARES)
    found = []
    for number, at in enumerate(trace.at):
        home, taken = codes[trace.home[number]], day.answered[number]
        if not taken:
            found.append(Call(home, None))
            continue
        by = codes[day.by[number]]
        needs = trace.needs[number] * (day.slow if by != home else 1.0)
        found.append(Call(home, taken - at + set_up_s[number], by, (taken, taken + needs)))
    return found


def calls_of_service(tx: Tx, began_at: datetime) -> list[Call]:
    """The calls of the service's own tables; one that was queued again counts from its first wait."""
    served = {row.call_id: row for row in tx.all(_CONVERSATIONS)}
    found = []
    for row in tx.all(_ENTRIES):
        talk = served.get(row.call_id)
        if talk is None:
            found.append(Call(row.region_code, None))
            continue
        waited_s = (talk.bridged_at - row.entered_at).total_seconds()
        ended = talk.ended_at or datetime.max.replace(tzinfo=began_at.tzinfo)
        busy = ((talk.offered_at - began_at).total_seconds(), (ended - began_at).total_seconds())
        found.append(Call(row.region_code, waited_s, talk.agent_region, busy))
    return found


def missed_offers(tx: Tx) -> int:
    """Offers that nobody took in time: the desks take each at once, so that lag alone explains them."""
    missed = sa.select(sa.func.count()).where(reservation.c.state == "timeout")
    return int(tx.scalar(missed) or 0)


_ENTRIES: Final = (
    sa.select(
        queue_entry.c.call_id,
        queue_entry.c.region_code,
        sa.func.min(queue_entry.c.entered_at, type_=queue_entry.c.entered_at.type).label("entered_at"),
    )
    .where(queue_entry.c.kind == "call")
    .group_by(queue_entry.c.call_id, queue_entry.c.region_code)
)
_CONVERSATIONS: Final = (
    sa.select(
        queue_entry.c.call_id,
        reservation.c.id,
        reservation.c.agent_region,
        reservation.c.offered_at,
        reservation.c.bridged_at,
        reservation.c.talk_ended_at,
        reservation.c.ended_at,
    )
    .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
    .where(reservation.c.bridged_at.is_not(None))
)


def takes_of(tx: Tx, drawn: Mapping[str, float]) -> list[tuple[float, float]]:
    """What the service takes that the twin does not model, of each conversation, lived seconds.

    From the offer to the conversation; and the agent's whole time on the call, less what was drawn for it:
    the same again, and the news that the call and the wrap-up are over (none of a call that goes on).
    """
    found = []
    for row in tx.all(_CONVERSATIONS):
        set_up_s = overhead_s = (row.bridged_at - row.offered_at).total_seconds()
        if row.ended_at is not None and row.id in drawn:
            overhead_s = (row.ended_at - row.offered_at).total_seconds() - drawn[row.id]
        found.append((set_up_s, overhead_s))
    return found

"""Several tickers and workers at once: nobody is planned twice, nothing is placed twice, an opt-out wins."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import call, leg
from callsvc.carrier.memory import MemoryCarrier
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.clock import MachineClock
from callsvc.core.ids import RandomIds
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import campaign_file, places, start_campaign

NUMBERS = [f"+3363998{number:04d}" for number in range(1, 41)]
FAST = campaign_file(pacing={"calls_per_second": 100, "most_live": 500})


@pytest.fixture
def crowd(rt: Runtime) -> Runtime:
    """Forty people due at once, and a carrier that takes all of them."""
    rt.db.ids = RandomIds(MachineClock())  # counted ids are not made for threads
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 100.0})
    start_campaign(rt, *NUMBERS, file=FAST)
    return rt


def _together(*works: Callable[[], Any]) -> list[Any]:
    """Run all at once; an error in any is raised here."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


def _legs(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        query = sa.select(leg, call.c.campaign_contact_id).join(call, call.c.id == leg.c.call_id)
        return list(tx.all(query))


def _planned(rt: Runtime) -> list[str]:
    plan_calls(rt)
    return [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]


def test_four_tickers_at_once_plan_nobody_twice(crowd: Runtime) -> None:
    planned = _together(*[lambda: sum(plan_calls(crowd) for _ in range(4))] * 4)
    assert sum(planned) == len(NUMBERS)
    assert set(Counter(row.campaign_contact_id for row in _legs(crowd)).values()) == {1}
    assert {place.status for place in places(crowd)} == {"trying"}


def test_eight_workers_with_the_same_jobs_place_each_call_once(crowd: Runtime) -> None:
    carrier = crowd.carrier
    assert isinstance(carrier, MemoryCarrier)
    leg_ids = _planned(crowd)
    orders = [leg_ids[start:] + leg_ids[:start] for start in range(0, 40, 5)]
    _together(*[lambda ids=ids: place_attempts(crowd, ids) for ids in orders])
    assert sorted(one.to for one in carrier.calls.values()) == NUMBERS
    assert {row.sid for row in _legs(crowd)} == carrier.calls.keys()


def test_an_opt_out_racing_the_claims_is_either_obeyed_or_has_the_call_cancelled(crowd: Runtime) -> None:
    leg_ids = _planned(crowd)

    def opt_out(numbers: list[str]) -> None:
        for number in numbers:
            with crowd.db.begin() as tx:
                suppress(tx, find_number(tx, number) or "", "all", source="test")

    _together(
        lambda: place_attempts(crowd, leg_ids),
        lambda: place_attempts(crowd, leg_ids[::-1]),
        lambda: opt_out(NUMBERS[:20]),
        lambda: opt_out(NUMBERS[:19:-1]),
    )
    for row in _legs(crowd):
        assert row.placement in ("withdrawn", "refused") or row.end_asked_at is not None

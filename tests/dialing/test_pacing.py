"""The pace is what is configured, within a twentieth over a minute; campaigns share it by their weights."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.calls.tables import call, leg
from callsvc.campaigns.tables import campaign_contact, pace_ledger
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.sharing import Bucket, Wish, filled, holds, share
from callsvc.runtime import Runtime
from tests.conftest import MORNING
from tests.factories import advance, campaign_file, start_campaign

LIMIT, SECONDS, STEP_S = 6.0, 60, 0.5
WEIGHTS = {"one": 1.0, "two": 2.0, "three": 3.0}
NEARLY = 0.05


def _limited(rt: Runtime, rate: float, **settings: Any) -> Runtime:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": rate, **settings})
    return rt


def _campaigns(rt: Runtime, people: int, **own: dict[str, Any]) -> None:
    for place, (name, weight) in enumerate(WEIGHTS.items()):
        numbers = [f"+336399{80000 + 1000 * place + n}" for n in range(people)]
        pacing = {"calls_per_second": 50, "most_live": 5000, "weight": weight} | own.get(name, {})
        start_campaign(rt, *numbers, file=campaign_file(id=name, pacing=pacing))


def _place_all(rt: Runtime) -> None:
    """What a worker does, as far as the pace is concerned."""
    with rt.db.begin() as tx:
        tx.update(leg, leg.c.placement == "planned", placement="placed", lease_until=None)
    rt.jobs.take()  # type: ignore[attr-defined]


def _set_ups(rt: Runtime) -> list[tuple[str, datetime]]:
    with rt.db.read() as tx:
        rows = tx.all(
            sa.select(campaign_contact.c.campaign_id, leg.c.planned_at)
            .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
            .join(leg, leg.c.call_id == call.c.id)
            .order_by(leg.c.planned_at)
        )
    return [(row.campaign_id, row.planned_at) for row in rows]


def _live(rt: Runtime, seconds: float, planners: int = 1) -> None:
    with ThreadPoolExecutor(planners) as pool:
        for _ in range(int(seconds / STEP_S)):
            list(pool.map(plan_calls, [rt] * planners))
            _place_all(rt)
            advance(rt, STEP_S)


def _longest_wait(instants: list[datetime], rate: float) -> timedelta:
    """In a queue of the carrier that lets ``rate`` calls a second through, in their order."""
    longest, free_at = timedelta(0), MORNING
    for at in instants:
        free_at = max(free_at, at)
        longest = max(longest, free_at - at)
        free_at += timedelta(seconds=1 / rate)
    return longest


def test_two_planners_give_three_campaigns_their_shares_of_the_limit_and_no_more(rt: Runtime) -> None:
    _limited(rt, LIMIT)
    _campaigns(rt, 220)
    _live(rt, SECONDS, planners=2)
    made = _set_ups(rt)
    assert len(made) == pytest.approx(LIMIT * SECONDS, rel=NEARLY)
    shares = Counter(name for name, _ in made)
    for name, weight in WEIGHTS.items():
        assert shares[name] == pytest.approx(LIMIT * SECONDS * weight / 6, rel=NEARLY), name
    assert _longest_wait([at for _, at in made], LIMIT) <= timedelta(seconds=1)


@pytest.mark.parametrize("rate", [3.0, 10.0, 20.0])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_rate_holds_within_a_twentieth_with_a_late_ticker_and_a_slow_worker(
    rt: Runtime, rate: float
) -> None:
    """Looks 0.1 to 0.9 s apart, as on a machine with much to do; calls leave 1.5 s after their planning."""
    _limited(rt, rate)
    numbers = [f"+3363998{n:04}" for n in range(int(rate * 26))]
    start_campaign(rt, *numbers, file=campaign_file(pacing={"calls_per_second": 100, "most_live": 5000}))
    late, began = Random(7), rt.clock.now()
    while rt.clock.now() < began + timedelta(seconds=22):
        plan_calls(rt)
        with rt.db.begin() as tx:
            ripe = (leg.c.placement == "planned") & (leg.c.planned_at < tx.now - timedelta(seconds=1.5))
            tx.update(leg, ripe, placement="placed", lease_until=None)
        advance(rt, late.uniform(0.1, 0.9))
    counted = [at for _, at in _set_ups(rt) if at >= began + timedelta(seconds=2)]
    assert len(counted) / 20 == pytest.approx(rate, rel=NEARLY)


def test_a_ticker_that_was_away_comes_back_to_one_second_of_calls(rt: Runtime) -> None:
    _limited(rt, LIMIT)
    _campaigns(rt, 40)
    _live(rt, 5)
    before = len(_set_ups(rt))
    advance(rt, 60)
    plan_calls(rt)
    assert len(_set_ups(rt)) - before == int(LIMIT)


def test_what_one_cannot_use_the_others_do_and_nobody_passes_a_limit_of_its_own(rt: Runtime) -> None:
    _limited(rt, LIMIT)
    _campaigns(rt, 150, three={"calls_per_second": 1.0})
    _live(rt, 30)
    shares = Counter(name for name, _ in _set_ups(rt))
    assert shares["three"] == pytest.approx(30 * 1.0, rel=0.07)  # its bucket was full when it began
    assert sum(shares.values()) == pytest.approx(30 * LIMIT, rel=0.07)
    assert shares["two"] == pytest.approx(2 * shares["one"], rel=NEARLY)


def test_a_worker_that_was_away_comes_back_to_three_seconds_of_calls(rt: Runtime) -> None:
    _limited(rt, LIMIT)
    _campaigns(rt, 40)
    for _ in range(40):
        plan_calls(rt)
        advance(rt, STEP_S)
    assert len(_set_ups(rt)) == int(3 * LIMIT)


def test_calls_at_once_are_limited_for_each_and_for_all(rt: Runtime) -> None:
    _limited(rt, 50, callsvc_most_live=12)
    _campaigns(rt, 20, one={"most_live": 1})
    _live(rt, 3)
    live = Counter(name for name, _ in _set_ups(rt))
    assert sum(live.values()) == 12 and live["one"] == 1
    assert live["three"] >= live["two"]


def test_set_ups_nobody_could_use_go_back_to_the_ledger(rt: Runtime) -> None:
    _limited(rt, LIMIT)
    start_campaign(rt, "+33639980001", "+33639980001")  # a household: one of both is called
    plan_calls(rt)
    with rt.db.read() as tx:
        tokens = {row.campaign_id: row.tokens for row in tx.all(sa.select(pace_ledger))}
    assert tokens == {"": holds(LIMIT, 1) - 1, "tracing": holds(5, 1) - 1}


WISHES = st.lists(
    st.tuples(st.floats(0.5, 20), st.integers(0, 40)), min_size=1, max_size=6
)  # weight, how many it could use


@given(WISHES, st.integers(0, 120))
def test_no_set_up_is_lost_or_made_twice(wanted: list[tuple[float, int]], room: int) -> None:
    wishes = [
        Wish(campaign_id=str(i), weight=weight, turn=0.0, most=most)
        for i, (weight, most) in enumerate(wanted)
    ]
    told = share(room, 0.0, wishes)
    assert sum(told.calls.values()) == min(room, sum(most for _, most in wanted))
    assert all(told.calls[wish.campaign_id] <= wish.most for wish in wishes)


@given(st.lists(st.floats(0.5, 20), min_size=2, max_size=6), st.lists(st.integers(0, 9), min_size=40))
def test_round_after_round_whoever_always_wants_more_gets_what_its_weight_says(
    weights: list[float], rooms: list[int]
) -> None:
    turns, clock, calls = dict.fromkeys(map(str, range(len(weights))), 0.0), 0.0, Counter[str]()
    for room in rooms:
        wishes = [
            Wish(campaign_id=name, weight=weights[int(name)], turn=turn, most=50)
            for name, turn in turns.items()
        ]
        told = share(room, clock, wishes)
        turns, clock = told.turns, told.clock
        calls.update(told.calls)
    served = [calls[str(i)] / weight for i, weight in enumerate(weights)]
    # Nobody is ever further apart than one set-up of each of both.
    for i, mine in enumerate(served):
        for j, theirs in enumerate(served):
            assert mine - theirs <= 1 / weights[i] + 1 / weights[j] + 1e-6


@given(st.floats(0.05, 90), st.lists(st.floats(0.01, 3), min_size=5, max_size=60))
def test_over_any_time_a_bucket_lets_its_rate_through_and_what_it_holds(
    rate: float, steps: list[float]
) -> None:
    bucket, made, now = Bucket(0.0, MORNING), 0, MORNING
    for step in steps:
        now += timedelta(seconds=step)
        bucket = filled(bucket, rate, now, holds(rate, 1))
        made += int(bucket.tokens)
        bucket = Bucket(bucket.tokens - int(bucket.tokens), bucket.at)
    assert made <= rate * (now - MORNING).total_seconds() + 1e-3
    assert filled(bucket, rate, now - timedelta(hours=1), 1.0) == bucket

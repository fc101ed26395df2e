"""Erlang A and the reserve against figures computed elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.routing.rules.erlang import Pool, answer, erlang_c, in_time_from, weights
from callsvc.routing.rules.ledgers import MOST, booked
from callsvc.routing.rules.reserves import kept_idle, reserve


def a_pool(agents: int, occupancy: float) -> Pool:
    return Pool(agents=agents, load=agents * occupancy, handle_s=540.0, patience_s=150.0)


@pytest.mark.parametrize(
    ("agents", "occupancy", "in_time", "abandoned"),
    [
        (5, 0.80, 0.7370, 0.1465),
        (20, 0.85, 0.8507, None),
        (45, 0.95, 0.8174, 0.0546),
        (45, 1.20, 0.4362, None),
        (600, 0.95, 0.9932, None),
        (600, 1.05, 0.8342, None),
    ],
)
def test_erlang_a_agrees_with_independent_figures(agents, occupancy, in_time, abandoned) -> None:
    found = answer(a_pool(agents, occupancy), 20.0)
    assert found.in_time == pytest.approx(in_time, abs=6e-5)
    if abandoned is not None:
        assert found.abandoned == pytest.approx(abandoned, abs=6e-5)


@pytest.mark.parametrize(
    ("agents", "occupancy", "abandoned"),
    [(3, 0.585, 0.127), (10, 0.823, 0.089), (50, 0.969, 0.059), (200, 1.028, 0.053), (600, 1.060, 0.062)],
)
def test_the_load_that_still_answers_eighty_in_twenty(agents, occupancy, abandoned) -> None:
    found = answer(a_pool(agents, occupancy), 20.0)
    assert found.in_time == pytest.approx(0.80, abs=0.002)
    assert found.abandoned == pytest.approx(abandoned, abs=0.001)


def test_without_abandonment_erlang_a_becomes_erlang_c() -> None:
    endless = Pool(agents=14, load=10.0, handle_s=180.0, patience_s=1e7)
    assert answer(endless, 20.0).in_time == pytest.approx(erlang_c(14, 10.0, 180.0, 20.0), abs=1e-4)
    assert erlang_c(14, 10.0, 180.0, 20.0) == pytest.approx(0.8884, abs=5e-4)  # a textbook case
    with pytest.raises(ValueError, match="more agents"):
        erlang_c(10, 10.0, 180.0, 20.0)


def test_nobody_calling_is_answered_at_once() -> None:
    assert answer(a_pool(5, 0.0), 20.0) == answer(a_pool(5, 0.0), 0.0)
    assert answer(a_pool(5, 0.0), 20.0).in_time == 1.0
    assert reserve(5, 0.0, 0.9, handle_s=540, patience_s=150) == 0
    assert reserve(0, 1.0, 0.9, handle_s=540, patience_s=150) == 0


@pytest.mark.parametrize(
    ("agents", "floor", "reserves"),
    [
        (50, 0.70, (2, 4, 5)),
        (50, 0.80, (4, 7, 11)),
        (50, 0.90, (7, 50, 50)),
        (300, 0.70, (0, 0, 0)),
        (300, 0.90, (0, 3, 8)),
    ],
)
def test_the_reserve_of_a_floor(agents, floor, reserves) -> None:
    found = [
        reserve(agents, agents * load, floor, handle_s=540, patience_s=150) for load in (0.80, 0.90, 0.95)
    ]
    assert tuple(found) == reserves


@given(st.integers(1, 120), st.floats(0.3, 1.3), st.tuples(st.floats(0.1, 0.99), st.floats(0.1, 0.99)))
def test_a_higher_floor_never_keeps_fewer(agents: int, occupancy: float, floors: tuple[float, float]) -> None:
    low, high = (
        reserve(agents, agents * occupancy, one, handle_s=540, patience_s=150) for one in sorted(floors)
    )
    assert 0 <= low <= high <= agents


@given(st.integers(1, 60), st.floats(0.2, 1.4))
def test_chances_are_chances(agents: int, occupancy: float) -> None:
    pool = a_pool(agents, occupancy)
    prompt = in_time_from(pool, 10, 20.0)
    assert all(0 <= chance <= 1 for chance in prompt)
    assert list(prompt) == sorted(prompt, reverse=True), "more calls ahead, less chance"
    assert max(weights(pool)) == pytest.approx(1.0)
    found = answer(pool, 20.0)
    assert 0 <= found.abandoned <= 1 and 0 <= found.in_time <= 1
    assert found.in_time + found.abandoned <= 1 + 1e-9


@given(st.lists(st.booleans(), max_size=60))
def test_the_ledger_stays_within_its_bounds_and_lending_follows_it(resolved: list[bool]) -> None:
    ledger = 0.0
    for in_time in resolved:
        before, ledger = ledger, booked(ledger, in_time, 0.71)
        assert -MOST <= ledger <= MOST
        assert ledger >= before if in_time else ledger <= before
        assert kept_idle(50, ledger, 4) == 0 if ledger > 0 else kept_idle(50, ledger, 4) >= 4
    assert kept_idle(50, -10.0, 4) >= kept_idle(50, -1.0, 4) >= 4

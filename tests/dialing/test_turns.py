"""Who comes next: promises, fragility, a share for each region, the newest case, the window that closes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callsvc.dialing.turns import PROMISED, Chosen, Share, Waiting, catch_up, choose, why_of

NOW = datetime(2020, 11, 16, 15, 0, tzinfo=UTC)
TODAY = NOW.date()


def _one(id: str, region: str = "44", priority: int = 0, **traits: Any) -> Waiting:
    told = {"elicited_on": TODAY, "next_try_at": NOW - timedelta(hours=1), "call_by": None} | traits
    return Waiting(id, region, priority, **told)


def _ids(*pool: Waiting, room: int = 10, **shares: float) -> list[str]:
    kept = {region[1:]: Share(int(waiting)) for region, waiting in shares.items()} or {
        region: Share(1) for region in {one.region for one in pool}
    }
    return [chosen.id for chosen in choose(pool, kept, room, NOW)]


def test_a_promise_comes_first_and_the_one_that_fell_due_first_before_it() -> None:
    early = NOW - timedelta(hours=2)
    pool = [
        _one("fragile", priority=90),
        _one("b", priority=PROMISED),
        _one("a", priority=100, next_try_at=early),
    ]
    assert _ids(*pool) == ["a", "b", "fragile"]


def test_fragility_comes_before_a_region_s_share() -> None:
    pool = [_one("robust", "11"), _one("fragile", "44", 20), _one("frail", "44", 10)]
    assert _ids(*pool, r11=1000, r44=1) == ["fragile", "frail", "robust"]


def test_the_newest_case_comes_first_then_the_window_that_closes_then_the_longest_wait() -> None:
    soon, later = NOW + timedelta(minutes=20), NOW + timedelta(hours=5)
    pool = [
        _one("long-wait", next_try_at=NOW - timedelta(hours=9)),
        _one("closes-later", call_by=later, next_try_at=NOW - timedelta(hours=8)),
        _one("closes-soon", call_by=soon, next_try_at=NOW),
        _one("closed", call_by=NOW - timedelta(minutes=1), next_try_at=NOW - timedelta(hours=7)),
        _one("yesterday", elicited_on=TODAY - timedelta(days=1), call_by=soon),
    ]
    assert _ids(*pool) == ["closes-soon", "long-wait", "closes-later", "closed", "yesterday"]


def test_each_choice_says_what_put_it_there() -> None:
    soon = NOW + timedelta(minutes=20)
    pool = [
        _one("a", priority=PROMISED),
        _one("b", priority=10),
        _one("c", call_by=soon),
        _one("d"),
        _one("e", elicited_on=TODAY - timedelta(days=1)),
    ]
    assert choose(pool, {"44": Share(5)}, 10, NOW) == [
        Chosen("a", "promise"),
        Chosen("b", "fragility"),
        Chosen("c", "window-closes"),
        Chosen("d", "newest-case"),
        Chosen("e", "longest-wait"),
    ]
    assert why_of(pool[1], NOW) == "fragility"


def test_regions_have_turns_by_how_many_wait_and_none_is_forgotten() -> None:
    shares = {"11": Share(900), "44": Share(90), "06": Share(10)}
    pool = [_one(f"{region}-{place}", region) for region in shares for place in range(1000)]
    given_turns = Counter()
    for batch in range(25):
        chosen = choose(pool, shares, 40, NOW)
        given_turns.update(one.id[:2] for one in chosen)
        assert batch or {"11", "44"} <= set(given_turns)
    assert given_turns["11"] in range(898, 903) and given_turns["44"] in range(88, 93)
    assert given_turns["06"] in range(9, 12)


def test_a_region_that_was_empty_has_no_turns_saved_up() -> None:
    known = {"11": Share(100, turn=5.0), "44": Share(100, turn=5.01), "06": Share(0, turn=0.0)}
    shares = catch_up(known, {"11": 50, "44": 10, "06": 10, "02": 3})
    assert {region: (share.waiting, share.turn) for region, share in shares.items()} == {
        "11": (50, 5.0),
        "44": (10, 5.01),
        "06": (10, 5.0),
        "02": (3, 5.0),
    }


POOLS = st.lists(
    st.builds(
        Waiting,
        id=st.uuids().map(str),
        region=st.sampled_from(["11", "44", "06"]),
        priority=st.sampled_from([0, 0, 10, 20, 100]),
        elicited_on=st.dates(date(2020, 11, 10), date(2020, 11, 16)),
        next_try_at=st.integers(0, 600).map(lambda minutes: NOW - timedelta(minutes=minutes)),
        call_by=st.none() | st.integers(-60, 600).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


@given(pool=POOLS, room=st.integers(0, 50), seed=st.randoms())
def test_the_order_is_the_same_however_the_pool_is_read(pool: list[Waiting], room: int, seed: Any) -> None:
    counted = Counter(one.region for one in pool)
    mixed = seed.sample(pool, len(pool))
    first, second = (
        choose(some, {code: Share(count) for code, count in counted.items()}, room, NOW)
        for some in (pool, mixed)
    )
    assert first == second
    assert len(first) == min(room, len(pool)) and len({one.id for one in first}) == len(first)
    priority = {one.id: one.priority for one in pool}
    told = [priority[one.id] for one in first]
    assert told == sorted(told, reverse=True)
    assert not first or min(told) >= max(
        [one.priority for one in pool if one.id not in {c.id for c in first}], default=-1
    )

"""Who at home takes a call, and the wait that is told: by table."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.routing.rules import predicted_wait
from callsvc.routing.rules.homing import choose_at_home
from callsvc.routing.rules.proximity import distance_rank, nearest
from callsvc.routing.rules.rotating import least_recent_aid
from callsvc.routing.views import FreeAgent
from tests.conftest import MORNING


def an_agent(name: str, region: str = "44", platform: str = "67", pool: str = "", idle_s: float = 0, **last):
    return FreeAgent(
        id=name,
        region=region,
        platform=platform,
        pool=pool,
        idle_since=MORNING - timedelta(seconds=idle_s),
        **last,
    )


@pytest.mark.parametrize(
    ("position", "on_duty", "expected"),
    [(0, 0, 0.0), (0, 5, 0.0), (1, 1, 240.0), (3, 6, 120.0), (1, 0, math.inf), (2, -1, math.inf)],
)
def test_predicted_wait(position: int, on_duty: int, expected: float) -> None:
    assert predicted_wait(position, on_duty) == expected


@pytest.mark.parametrize(
    ("free", "kind", "agent"),
    [
        ([an_agent("far", platform="57"), an_agent("near")], "platform", "near"),
        (
            [an_agent("far", platform="57", idle_s=99), an_agent("mate", platform="68", pool="alsace")],
            "pool",
            "mate",
        ),
        ([an_agent("far", platform="57")], "region", "far"),
        ([an_agent("b", idle_s=5), an_agent("a", idle_s=50), an_agent("c")], "platform", "a"),
        ([an_agent("b", idle_s=5), an_agent("a", idle_s=5)], "platform", "a"),
    ],
)
def test_home_is_asked_platform_first_then_pool_then_region(free: list, kind: str, agent: str) -> None:
    found = choose_at_home("67", "alsace", free)
    assert found is not None
    assert (found[0], found[1].id) == (kind, agent)


def test_platforms_that_answer_alone_are_no_pool() -> None:
    found = choose_at_home("67", "", [an_agent("far", platform="57", pool="")])
    assert found is not None and found[0] == "region"
    assert choose_at_home("67", "", []) is None


def test_aid_rotates_to_those_who_aided_longest_ago() -> None:
    free = (
        an_agent("yesterday", "11", idle_s=500, last_aid_at=MORNING - timedelta(days=1)),
        an_agent("never", "11", idle_s=5),
        an_agent("just", "11", idle_s=900, last_aid_at=MORNING),
    )
    assert least_recent_aid(free).id == "never"
    assert least_recent_aid((free[0], free[2])).id == "yesterday"


@given(st.sampled_from(["44", "04", "99"]))
def test_the_nearest_regions_come_in_one_order_and_unknown_ones_last(home: str) -> None:
    order = nearest(home)
    assert home not in order and len(set(order)) == len(order)
    assert sorted([*order, "zz"], key=lambda code: distance_rank(home, code)) == [*order, "zz"]

"""Agreements and orders in the twin: whoever agreed helps, in the agreed hours, and nobody else."""

from collections import Counter
from typing import Any

import pytest

from callsvc.core.errors import Invalid
from callsvc.planning.twin.day import Day
from callsvc.planning.twin.playing import open_day
from callsvc.planning.twin.scenario import make_scenario
from callsvc.planning.twin.world import trace_of

SMALL: dict[str, Any] = {
    "title": "One region overrun, two with room",
    "hours": 3,
    "regions": [
        {"code": "44", "agents": 10, "load": 25},
        {"code": "11", "agents": 30, "load": 15},
        {"code": "84", "agents": 30, "load": 15},
    ],
}
AGREED = {"aided": "44", "aiding": "11", "activate_wait_s": 10, "release_wait_s": 5, "cap": 6}


def played(**more: Any) -> Day:
    scenario = make_scenario(SMALL | more)
    day = open_day(scenario, "ours", trace_of(scenario, 3))
    day.run()
    return day


def taken(day: Day) -> Counter[tuple[str, str]]:
    """Calls by (home, helper), of those that another region took."""
    codes = [region.code for region in day.regions]
    return Counter(
        (codes[day.trace.home[call]], codes[day.by[call]])
        for call in range(len(day.trace))
        if day.answered[call] and day.by[call] != day.trace.home[call]
    )


def most_at_once(day: Day, helper: str) -> int:
    """Most calls of 44 that a helper held at one instant."""
    number = next(region.index for region in day.regions if region.code == helper)
    steps = []
    for call, at in enumerate(day.answered):
        if at and day.by[call] == number and day.trace.home[call] == 0:
            steps += [(at, 1), (at + day.trace.needs[call] * day.slow, -1)]
    now = most = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def test_without_a_word_about_agreements_each_helps_each() -> None:
    assert set(taken(played())) >= {("44", "11"), ("44", "84")}


def test_only_who_agreed_helps_and_no_more_than_the_cap() -> None:
    day = played(agreements=[AGREED])
    assert set(taken(day)) == {("44", "11")}
    assert most_at_once(day, "11") == 6
    assert taken(played(agreements=[])) == Counter()


def test_an_agreement_holds_in_its_hours() -> None:
    day = played(agreements=[AGREED | {"during": [{"from": 1, "to": 2}]}])
    when = [
        day.answered[call]
        for call in range(len(day.trace))
        if day.by[call] == 1 and day.trace.home[call] == 0
    ]
    assert when and min(when) >= 3600 and max(when) < 7200


def test_a_higher_threshold_helps_later_than_a_lower_one() -> None:
    later = AGREED | {"aiding": "84", "activate_wait_s": 600}
    found = taken(played(agreements=[AGREED, later]))
    assert found["44", "11"] > 10 * found["44", "84"]


def test_agents_lent_on_purpose_help_within_their_hours_whatever_the_reserve() -> None:
    regions = [part | ({"reserve": 30} if part["code"] == "84" else {}) for part in SMALL["regions"]]
    order = {"aided": "44", "aiding": "84", "agents": 4, "from": 0.5, "to": 1.5}
    day = played(regions=regions, agreements=[], orders=[order])
    assert set(taken(day)) == {("44", "84")}
    assert most_at_once(day, "84") == 4
    when = [
        at for call, at in enumerate(day.answered) if day.by[call] == 2 and day.trace.home[call] == 0 and at
    ]
    assert min(when) >= 1800 and max(when) < 5400


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"agreements": [AGREED | {"aiding": "99"}]}, "no region has the code 99"),
        ({"orders": [{"aided": "44", "aiding": "99", "agents": 1}]}, "no region has the code 99"),
        ({"agreements": [AGREED | {"cap": -1}]}, "agreements.0.cap"),
        ({"orders": [{"aided": "44", "aiding": "11", "agents": 0}]}, "orders.0.agents"),
    ],
)
def test_what_is_wrong_with_them_is_said_with_its_place(more: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as raised:
        make_scenario(SMALL | more)
    assert said in str(raised.value)

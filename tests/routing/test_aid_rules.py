"""The rules of aid, one by one, on regions made by hand."""

import math
from itertools import pairwise

import pytest

from callsvc.routing.rules.activating import activate
from callsvc.routing.rules.deferring import may_call_back, may_call_back_for, offers_callback
from callsvc.routing.rules.explaining import explain_arrival, explain_wait, explain_work
from callsvc.routing.rules.freeing import Work, choose_work, serves_young_first
from callsvc.routing.rules.lending import choose_helper, why_not_help, why_not_lend
from callsvc.routing.rules.regions import NOBODY, Country, Pact, Region, wait_of
from callsvc.routing.rules.slowness import Slowness, most_lent, ratio_for, rescue_below
from callsvc.routing.rules.terms import Terms

NOW = 1000.0
DEADLINE = Terms(order="deadline-first")


def a_region(code: str = "11", agents: int = 50, **traits: object) -> Region:
    region = Region(code, agents, handle_s=540.0)
    region.kept = 0
    for name, value in traits.items():
        setattr(region, name, value)
    return region


def waiting(code: str, young_s: float | None = None, late_s: float | None = None, **traits: object) -> Region:
    """Nobody idle, ten calls waiting; the oldest young one and the oldest late one for so long."""
    return a_region(
        code,
        **{
            "idle": 0,
            "waiting": 10,
            "active": True,
            "young_since": NOBODY if young_s is None else NOW - young_s,
            "late_since": NOBODY if late_s is None else NOW - late_s,
        }
        | traits,
    )


def a_country(*regions: Region) -> Country:
    return Country(regions)


def test_a_region_lends_unless_it_opted_out_is_at_its_reserve_or_at_its_cap() -> None:
    assert why_not_lend(a_region(idle=3, kept=2)) is None
    assert why_not_lend(a_region(idle=2, kept=2)) == "reserve"
    assert why_not_lend(a_region(idle=9, opted_out=True)) == "opted-out"
    assert why_not_lend(a_region(idle=9, aid_out=5, most_lent=5)) == "cap"


def test_two_regions_never_hold_each_others_calls_by_an_arrival() -> None:
    home, helper = waiting("44", 1), a_region("11")
    assert why_not_help(home, helper) is None
    home.holds = {"11": 1}  # an agent at home talks to a caller of the helper
    assert why_not_help(home, helper) == "itself-aided"
    home.holds = {}
    helper.waiting, helper.young_since = 1, NOW
    assert why_not_help(home, helper) == "own-calls-waiting"


def test_the_helper_is_who_can_spare_most_then_lends_least_then_is_nearest() -> None:
    home = waiting("44", 1)
    near, far = a_region("27", idle=10), a_region("11", idle=10)
    home.near = (near, far)
    assert choose_helper(home) is near
    near.aid_out = 4
    assert choose_helper(home) is far
    near.idle = 30
    assert choose_helper(home) is near
    near.kept, far.opted_out = 30, True
    assert choose_helper(home) is None


@pytest.mark.parametrize(
    ("own", "others", "letter", "code", "age"),
    [
        ({"young_s": 5, "late_s": 40}, [waiting("44", 15)], "a", "11", "young"),
        ({"late_s": 40}, [waiting("44", 15, ledger=-4.0, received=1, given=1)], "b", "44", "young"),
        ({"late_s": 40, "waiting": 1}, [waiting("44", 5)], "c", "44", "young"),
        ({"late_s": 40}, [waiting("44", 5)], "d", "11", "late"),
        ({"waiting": 0}, [waiting("44", None, 90), waiting("27", None, 30, waiting=3)], "e", "44", "late"),
    ],
)
def test_the_letters_of_a_freed_agents_choice(own, others, letter, code, age) -> None:
    helper = waiting("11", **own)
    helper.idle, helper.ledger = 1, 5.0
    found = choose_work(helper, a_country(helper, *others), DEADLINE, NOW)
    assert found is not None
    assert (found.letter, found.region.code, found.age) == (letter, code, age)


@pytest.mark.parametrize(
    "protects",
    [{"opted_out": True}, {"kept": 1}, {"most_lent": 0}],
)
def test_who_does_not_lend_takes_own_late_calls_or_rests(protects: dict[str, object]) -> None:
    hot = waiting("44", 15, 60)
    helper = waiting("11", None, 40, idle=1, waiting=1, **protects)
    found = choose_work(helper, a_country(helper, hot), DEADLINE, NOW)
    assert found == Work("d", helper, "late")
    helper.waiting, helper.late_since = 0, NOBODY
    assert choose_work(helper, a_country(helper, hot), DEADLINE, NOW) is None


def test_rescue_is_for_regions_below_their_floor_that_received_no_more_than_they_gave() -> None:
    helper = a_region("11", idle=1)
    for traits in (
        {"ledger": 1.0},
        {"ledger": -1.0, "received": 2, "given": 1},
        {"ledger": -1.0, "active": False},
    ):
        other = waiting("44", 15, **traits)
        found = choose_work(helper, a_country(helper, other), DEADLINE, NOW)
        assert found is None or found.letter == "c", traits


def test_a_region_that_is_not_aided_keeps_its_calls() -> None:
    helper, quiet = a_region("11", idle=1), waiting("44", 15, 60, active=False)
    assert choose_work(helper, a_country(helper, quiet), DEADLINE, NOW) is None


def test_by_arrival_the_oldest_own_call_comes_before_any_aid() -> None:
    helper = waiting("11", 5, 40, idle=1)
    found = choose_work(helper, a_country(helper, waiting("44", 15)), Terms(order="first-come"), NOW)
    assert found == Work("a", helper, "late")


def test_those_in_time_come_first_only_in_overload_by_default() -> None:
    calm = a_country(a_region("11", 600), waiting("44", 5, waiting=3))
    busy = a_country(a_region("11", 600), waiting("44", 5, waiting=30))
    assert not serves_young_first(calm, Terms())
    assert serves_young_first(busy, Terms())
    assert not serves_young_first(busy, Terms(order="first-come"))
    assert serves_young_first(calm, DEADLINE)


def test_late_calls_are_taken_by_turns_within_the_minute_and_the_oldest() -> None:
    helper = waiting("11", None, 200, idle=1, opted_out=True, second_since=NOW - 50)
    ages = []
    for taken in range(6):
        helper.late_taken = taken
        found = choose_work(helper, a_country(helper), DEADLINE, NOW)
        assert found is not None
        ages.append(found.age)
    assert ages == ["late", "second"] * 3


def test_aid_opens_at_one_wait_closes_below_a_lower_one_and_at_most_twice_an_hour() -> None:
    terms = Terms(activate_s=10, release_s=5)
    region = a_region("44", 100, idle=0, waiting=1)  # 5.4 s
    assert not activate(region, terms, 0.0) and not region.active
    region.waiting = 2  # 10.8 s
    assert activate(region, terms, 0.0) and region.active
    region.waiting = 1
    assert not activate(region, terms, 4000.0) and region.active, "between the two it stays"
    region.waiting, region.idle = 0, 1
    activate(region, terms, 4001.0)
    assert not region.active
    opened = [0.0]
    for second in range(0, 7200, 30):  # a queue that comes and goes every half minute
        region.waiting, region.idle = (5, 0) if second % 60 else (0, 5)
        if activate(region, terms, 10_000.0 + second):
            opened.append(10_000.0 + second)
    assert all(later - before >= 1800 for before, later in pairwise(opened))


def test_slow_aid_is_measured_and_narrowed() -> None:
    slowness = Slowness(540.0)
    for _ in range(4000):
        slowness.add(540.0, aid=False)
        slowness.add(702.0, aid=True)
        slowness.due()
    assert slowness.measured == pytest.approx(1.29, abs=0.01)
    assert ratio_for(4.0, 1.1) == 4.0
    assert ratio_for(4.0, 1.2) == pytest.approx(8.0)
    assert ratio_for(4.0, slowness.measured) == math.inf
    assert rescue_below(0.0, 1.0) == 0.0 > rescue_below(0.0, slowness.measured)
    assert most_lent(a_region(agents=50), 1.0, 1.0) == 50
    assert most_lent(a_region(agents=50), 1.0, 1.4) == 25


def test_slow_aid_is_not_given_while_own_late_calls_wait() -> None:
    helper = waiting("11", None, 40, idle=1, waiting=1)
    country = a_country(helper, waiting("44", 5, waiting=40))
    assert choose_work(helper, country, DEADLINE, NOW).letter == "c"  # type: ignore[union-attr]
    country.slowness = 1.3
    assert choose_work(helper, country, DEADLINE, NOW).letter == "d"  # type: ignore[union-attr]


def test_a_callback_is_offered_after_a_wait_and_made_when_nobody_waits() -> None:
    assert not offers_callback(600.0, Terms())
    assert [offers_callback(s, Terms(callback_after_s=8)) for s in (7.9, 8.0)] == [False, True]
    region, other = a_region("11", 100, idle=4), a_region("44", 100)
    assert may_call_back(region, Terms())
    assert not may_call_back(a_region("11", 100, idle=3), Terms())
    assert not may_call_back(waiting("11", 5), Terms())
    assert may_call_back_for(region, other, a_country(region, other), Terms())
    assert not may_call_back_for(region, other, a_country(region, waiting("44", 5)), Terms())
    region.opted_out = True
    assert not may_call_back_for(region, other, a_country(region, other), Terms())


def test_a_decision_says_why_in_two_languages() -> None:
    helper = waiting("11", None, 40, idle=1, waiting=1)
    helper.name = "Île-de-France"
    hot = waiting("44", 5, waiting=40)
    hot.name = "Grand Est"
    country = a_country(helper, hot)
    work = choose_work(helper, country, DEADLINE, NOW)
    assert work is not None
    said = explain_work(helper, work, country, NOW)
    assert said.english == (
        "An agent of Île-de-France takes a call of Grand Est after 5 s: the wait there, about 432 s, is the "
        "longest, and Île-de-France keeps 0 of 1 idle."
    )
    assert said.french.startswith("Un agent de Île-de-France prend un appel de Grand Est après 5 s")
    assert said.inputs["letter"] == "c" and said.inputs["wait_there_s"] == 432.0
    hot.near = (helper,)
    waits = explain_wait(hot, DEADLINE)
    assert waits.english == (
        "Grand Est: 40 wait, about 432 s, and nobody there is idle; Île-de-France has calls of its own "
        "waiting: the call keeps its place."
    )
    assert waits.inputs["reason"] == "helpers-cannot:11=own-calls-waiting"
    hot.active = False
    assert explain_wait(hot, DEADLINE).inputs["reason"] == "below-threshold"
    hot.near = ()
    assert "aucune autre région ne s'est engagée" in explain_wait(hot, DEADLINE).french


def test_an_agreement_has_a_rank_an_own_threshold_and_a_cap() -> None:
    near, far = a_region("27", idle=10), a_region("11", idle=30)
    home = waiting("44", 1, near=(near, far), pacts={"27": Pact(rank=1), "11": Pact(rank=2)})
    assert choose_helper(home) is near
    near.holds = {"44": 3}
    home.pacts = {"27": Pact(rank=1, cap=3), "11": Pact(rank=2)}
    assert why_not_help(home, near) == "pair-cap" and choose_helper(home) is far
    home.pacts = {"27": Pact(rank=1, cap=3), "11": Pact(rank=2, opens_s=109)}
    assert wait_of(home) == 108.0
    assert why_not_help(home, far) == "not-open" and choose_helper(home) is None
    home.pacts = {"11": Pact()}
    assert why_not_help(home, near) == "no-agreement"


def test_a_freed_agent_takes_calls_only_of_regions_its_own_agreed_to_help() -> None:
    helper = a_region("11", idle=1)
    strange, agreed = waiting("44", 5, waiting=40, pacts={}), waiting("27", 5, pacts={"11": Pact()})
    work = choose_work(helper, a_country(helper, strange, agreed), DEADLINE, NOW)
    assert work is not None and work.region is agreed
    agreed.pacts = {"11": Pact(cap=0)}
    assert choose_work(helper, a_country(helper, strange, agreed), DEADLINE, NOW) is None


def test_agents_lent_on_purpose_help_below_the_reserve_but_one_way_and_not_once_opted_out() -> None:
    helper = a_region("11", idle=1, kept=5)
    home = waiting("44", 1, near=(helper,), active=False, pacts={"11": Pact(cap=0, ordered=2)})
    country = a_country(helper, home)
    country.ordered = True
    assert choose_helper(home) is helper
    assert "lent 2 agents on purpose" in explain_arrival(home, helper).english
    assert choose_work(helper, country, DEADLINE, NOW) == Work("c", home, "young")
    helper.holds = {"44": 2}
    assert choose_helper(home) is None and choose_work(helper, country, DEADLINE, NOW) is None
    helper.holds, home.holds = {}, {"11": 1}
    assert choose_helper(home) is None
    home.holds, helper.opted_out = {}, True
    assert choose_helper(home) is None and choose_work(helper, country, DEADLINE, NOW) is None


def test_a_region_nobody_of_whom_can_talk_to_the_caller_is_not_asked() -> None:
    helper = a_region("11", idle=9, able=False)
    home = waiting("44", 1, near=(helper,))
    assert why_not_help(home, helper) == "nobody-matches" and choose_helper(home) is None


def test_few_hands_for_some_callers_open_aid_and_nobody_on_duty_keeps_none_open() -> None:
    region = a_region("44", agents=100, waiting=1, idle=0)
    assert not activate(region, Terms(), NOW)
    region.scarce_s = math.inf
    assert activate(region, Terms(), NOW)
    closed = a_region("44", agents=0, idle=0, active=True, activated_at=NOW - 1800)
    activate(closed, Terms(), NOW)
    assert not closed.active


def test_the_predicted_wait_counts_those_who_hold_our_calls_elsewhere() -> None:
    assert wait_of(a_region(agents=50, waiting=10)) == pytest.approx(108.0)
    assert wait_of(a_region(agents=50, waiting=10, aid_in=4)) == pytest.approx(100.0)
    assert wait_of(a_region(agents=0, waiting=1)) == math.inf
    assert wait_of(a_region(agents=0)) == 0.0

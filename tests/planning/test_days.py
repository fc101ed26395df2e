"""A day of the twin: nobody is lost or counted twice, a seed is a day, and promises hold through it."""

from collections import Counter

import pytest

from callsvc.planning.twin.comparing import figure, hot_regions, row
from callsvc.planning.twin.day import Day
from callsvc.planning.twin.playing import MAKE, open_day, play, play_seed
from callsvc.planning.twin.queues import ABANDONED, CONNECTED, DEFERRED, WAITING
from callsvc.planning.twin.scenario import POLICIES, Policy, Scenario, read_scenario
from callsvc.planning.twin.validating import validate
from callsvc.planning.twin.world import plan, trace_of

SMALL = """
title: Four regions, one of them overrun
hours: 2
measured: {from: 0.5, to: 2}
regions:
  - {code: "44", agents: 20, load: 16}
  - {code: "11", agents: 30, load: 24}
  - {code: "27", agents: 8, load: 6}
  - {code: "06", agents: 3, load: 2}
spikes:
  - {regions: ["44"], times: 4, from: 0.5, to: 1.5}
seeds: {first: 3, count: 2}
"""


def small(**changes: object) -> Scenario:
    return read_scenario(SMALL).model_copy(update=changes)


@pytest.mark.parametrize("policy", POLICIES)
def test_whoever_entered_waits_talks_gave_up_or_was_called_back(policy: Policy) -> None:
    """entered = waiting + connected or done + abandoned + deferred, and agents add up, after every event."""
    scenario = small(
        shifts=read_scenario(SMALL + 'shifts: [{regions: ["11"], times: 0.5, from: 1, to: 1.5}]').shifts
    )
    day = open_day(scenario, policy, trace_of(scenario, 7))
    seen = 0

    def conserved(now: Day) -> None:
        nonlocal seen
        seen += 1
        if seen % 20:
            return
        arrived = sum(at <= now.now for at in now.trace.at)
        states = Counter(now.state)
        assert sum(count for state, count in states.items() if state) <= arrived
        waiting = {region.code: 0 for region in now.regions}
        talking = dict(waiting)
        for call, state in enumerate(now.state):
            if state == WAITING:
                waiting[now.regions[now.trace.home[call]].code] += 1
            elif state in {CONNECTED, 6}:
                talking[now.regions[now.by[call]].code] += 1
        for region in now.regions:
            assert region.waiting == waiting[region.code]
            assert region.idle + talking[region.code] == region.agents + region.leaving
            assert region.idle >= 0 and region.aid_out >= 0 and region.aid_in >= 0
            assert sum(region.holds.values()) == region.aid_out
        assert now.country.waiting == sum(waiting.values())
        assert sum(region.aid_in for region in now.regions) == sum(region.aid_out for region in now.regions)

    day.watch = conserved
    day.run()
    left = Counter(day.state)
    assert seen > 500
    assert left[0] == left[WAITING] == left[CONNECTED] == 0, "everybody has come and gone"
    assert sum(left.values()) == len(day.trace)
    assert left[ABANDONED] or left[DEFERRED]


@pytest.mark.parametrize("policy", ["ours", "ours-callbacks", "home-first"])
def test_a_seed_is_a_day_and_another_seed_another(policy: Policy) -> None:
    first, again, other = (play_seed(small(), seed, [policy])[0] for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_every_policy_gets_the_same_calls() -> None:
    played = play_seed(small(), 5, POLICIES)
    assert len({day.nation.offered for day in played}) == 1
    assert [day.policy for day in played] == list(POLICIES) == list(MAKE)


def test_several_processes_find_what_one_finds() -> None:
    assert play(small(), policies=["ours"], processes=2) == play(small(), policies=["ours"], processes=1)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_region_that_opts_out_takes_no_foreign_call_from_then_on(policy: Policy) -> None:
    scenario = small(opt_outs=read_scenario(SMALL + 'opt_outs: [{regions: ["11"], from: 1}]').opt_outs)
    trace = trace_of(scenario, 9)
    day = open_day(scenario, policy, trace)
    day.run()
    helper = next(region.index for region in day.regions if region.code == "11")
    foreign = [
        at for call, at in enumerate(day.answered) if at and day.by[call] == helper != trace.home[call]
    ]
    assert all(at <= 3600 for at in foreign)
    assert day.foreign_while_out == 0
    assert foreign or policy == "isolated"


def test_in_our_policy_no_aid_takes_an_agent_below_the_reserve() -> None:
    scenario = small(terms={"computed_reserve": True})
    day = open_day(scenario, "ours", trace_of(scenario, 9))
    lent = Counter[str]()
    plain = day._lend

    def lend(home, helper) -> None:  # type: ignore[no-untyped-def]
        lent[helper.code] += 1
        assert helper.idle >= helper.kept, "idle after the aid is at least the reserve"
        assert helper.aid_out < helper.most_lent
        plain(home, helper)

    day._lend = lend  # type: ignore[method-assign]
    day.run()
    assert lent["11"] > 20


def test_a_spike_is_better_shared_than_borne_alone() -> None:
    played = play(small(), policies=["isolated", "ours", "ours-callbacks"], processes=1)
    rows = {policy: row(small(), days) for policy, days in played.items()}
    assert hot_regions(small()) == {"44"}
    assert rows["ours"].abandoned.mean < rows["isolated"].abandoned.mean - 5
    assert rows["ours-callbacks"].lost.mean < rows["ours"].lost.mean
    assert rows["ours-callbacks"].deferred.mean > 0 == rows["ours"].deferred.mean
    assert rows["ours"].activations <= 2


def test_one_pool_agrees_with_erlang_a_and_c() -> None:
    """Within two standard errors, as `callsvc bench routing` shows at length; the seeds are fixed."""
    checks = validate(range(100, 112), cases_a=[(20, 0.85)], cases_c=[(5, 0.64)], hours=24, processes=1)
    assert [(one.formula, one.figure) for one in checks] == [
        ("Erlang A", "in_time"),
        ("Erlang A", "abandoned"),
        ("Erlang C", "in_time"),
    ]
    for one in checks:
        assert one.error < 0.02
        assert one.off < 2, one


def test_the_interval_is_students() -> None:
    found = figure([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3.0
    assert found.half == pytest.approx(2.776 * 1.5811 / 5**0.5, rel=0.01)  # t of 4 degrees: 2.776
    assert figure([4.0]).half == 0.0


def test_the_country_is_staffed_as_the_tables_say() -> None:
    slack = plan(read_scenario("title: slack\nstaffing: {agents: 600, load: 0.8}"))
    tight = plan(read_scenario("title: tight\nstaffing: {load: 563.2, alone: true}"))
    assert sum(part.agents for part in slack) == 602
    assert sum(part.agents for part in tight) == 599
    assert min(part.agents for part in slack) == 3

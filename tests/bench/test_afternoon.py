"""The afternoon of the service and the twin's are the same one, and the command that compares them works."""

import json
from functools import partial
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest
import pytest_socket
from click.testing import CliRunner

from callsvc.bench.afternoon import living
from callsvc.bench.afternoon.command import afternoon
from callsvc.bench.afternoon.country import number_of
from callsvc.bench.afternoon.measuring import Call, figures
from callsvc.bench.afternoon.plan import SPIKED, Plan, arrivals, drawn_trace, handling_times, patience
from callsvc.bench.afternoon.predicting import play_run, predict
from callsvc.processes.running import running_stack

PLAN = Plan(minutes=30, agents=40)


def test_the_spiked_region_has_five_times_its_calls_in_the_second_third() -> None:
    plan = Plan(minutes=300, agents=400)
    start, end = plan.spike_s
    place = list(plan.staff).index(SPIKED)
    usual = plan.load * plan.staff[SPIKED] / plan.handle_s * (end - start)
    hot = [at for at, home in arrivals(plan) if home == place]
    assert sum(start <= at < end for at in hot) / usual == pytest.approx(5.0, rel=0.1)
    assert sum(at < start for at in hot) / usual == pytest.approx(1.0, rel=0.15)


def test_a_seed_gives_the_same_calls_in_order_each_from_a_number_of_its_own() -> None:
    calls = arrivals(PLAN)
    assert calls == arrivals(PLAN) != arrivals(Plan(minutes=30, agents=40, seed=2))
    assert all(one[0] <= next_one[0] for one, next_one in pairwise(calls))
    assert len({number_of(call) for call in range(25_000)}) == 25_000


def test_people_wait_and_agents_work_as_the_plan_says() -> None:
    waits, needs = patience(PLAN, Random(1)), handling_times(PLAN, Random(1))
    waited, worked = [waits() for _ in range(20_000)], [needs() for _ in range(20_000)]
    assert min(waited) >= PLAN.grace_s
    assert fmean(waited) == pytest.approx(PLAN.patience_s, rel=0.03)
    assert fmean(worked) == pytest.approx(PLAN.handle_s, rel=0.03)


def test_what_the_service_takes_shortens_patience_and_lengthens_the_agents_time() -> None:
    calls = arrivals(PLAN)
    bare, none = drawn_trace(PLAN, calls, [(0.0, 0.0)], 3)
    given, set_up_s = drawn_trace(PLAN, calls, [(4.0, 7.0)], 3)
    assert set(none) == {0.0}
    assert set(set_up_s) == {4.0}
    assert [at - 4.0 for at in bare.leaves] == pytest.approx(list(given.leaves))
    assert [seconds + 7.0 for seconds in bare.needs] == pytest.approx(list(given.needs))


def test_figures_are_of_all_calls_offered() -> None:
    plan = Plan(minutes=10, agents=6)
    calls = [
        Call(SPIKED, 5.0, "11", (0.0, 300.0)),
        Call(SPIKED, None),
        Call("11", 25.0, "11", (500.0, 900.0)),  # 300 s of it after the afternoon
        Call("11", 10.0, "11", (0.0, 200.0)),
    ]
    found = figures(calls, plan)
    assert found["in_time"] == 50.0
    assert found["hot_in_time"] == 50.0
    assert found["abandoned"] == 25.0
    assert found["aided"] == pytest.approx(100 / 3)
    assert found["wait_s"] == pytest.approx(40 / 3)
    assert found["occupancy"] == pytest.approx(100 * 600 / (sum(plan.staff.values()) * 600))


def test_another_run_of_the_twin_lies_within_what_a_hundred_said() -> None:
    calls, takes = arrivals(PLAN), [(4.0, 7.0)]
    said = predict(PLAN, calls, takes, runs=100, processes=1)
    runs = [play_run(PLAN, calls, takes, {}, seed) for seed in range(1000, 1040)]
    for name, interval in said.items():
        assert sum(interval.holds(run[name]) for run in runs) >= 34, name


def test_a_twin_that_is_told_less_work_predicts_another_afternoon() -> None:
    calls = arrivals(PLAN)
    said = predict(PLAN, calls, [(4.0, 7.0)], runs=50, processes=1)
    other = play_run(PLAN, calls, [(4.0, -150.0)], {}, 1000)
    assert not said["occupancy"].holds(other["occupancy"])


def test_a_short_afternoon_is_lived_and_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few calls in a hurry: what they show proves nothing, but each was queued and everything is told."""
    pytest_socket.enable_socket()
    needed = {"redis", "simulator", "web", "stream", "worker-handover"}
    monkeypatch.setattr(living, "running_stack", partial(running_stack, only=needed))
    asked = "--minutes 2 --agents 36 --speed 20 --runs 20 --processes 1 --engine sqlite --format json"
    answer = CliRunner().invoke(afternoon, asked.split())
    assert answer.exit_code in (0, 1), answer.output
    told = json.loads(answer.stdout)
    assert told["called"] == told["queued"] > 5
    assert answer.exit_code == bool(told["outside"])
    assert all(one["low"] <= one["middle"] <= one["high"] for one in told["measures"].values())
    assert told["set_up_s"]["mean"] > 0
    assert told["processor"]["web"] > 0

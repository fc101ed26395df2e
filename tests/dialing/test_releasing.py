"""Calls are released at the pace, whatever was missed: no sliding second has more than the carrier takes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.calls.placing import open_call, plan_leg
from callsvc.calls.tables import leg
from callsvc.campaigns.tables import pace_ledger
from callsvc.dialing import releasing
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.releasing import place_at_pace
from callsvc.dialing.set_ups import OF_RING, limit_of
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, start_campaign
from workers import use_runtime
from workers.jobs import place_calls

SECOND = timedelta(seconds=1)


def _stalled(rt: Runtime, rate: float, away_s: float = 60.0) -> list[str]:
    """Legs that the planner left for a worker which stood still, all it planned in that time."""
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": rate})
    numbers = [f"+3363998{n:04}" for n in range(int(rate * 5) + 5)]
    start_campaign(rt, *numbers, file=campaign_file(pacing={"calls_per_second": 100, "most_live": 500}))
    for _ in range(20):
        plan_calls(rt)
        advance(rt, 0.5)
    advance(rt, away_s)
    return _planned(rt)


def _planned(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        wanted = sa.select(leg.c.id).where(leg.c.placement == "planned", leg.c.role == "contact")
        return [row.id for row in tx.all(wanted)]


def _made(rt: Runtime) -> list[datetime]:
    """When each request reached the carrier."""
    return sorted(one.created_at for one in rt.carrier.calls.values())  # type: ignore[attr-defined]


def _most_in(made: list[datetime], span: timedelta) -> int:
    return max(sum(at <= other < at + span for other in made) for at in made)


def _passing(rt: Runtime) -> Any:
    """A pause in which time passes; several workers may be in one, and wait for the same time."""
    lock = Lock()

    def pause(seconds: float) -> None:
        until = rt.clock.now() + timedelta(seconds=seconds)
        with lock:
            left = (until - rt.clock.now()).total_seconds()
            if left > 0:
                advance(rt, left)

    return pause


@pytest.fixture
def in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker does one thing at a time, so that what takes it no time is not overtaken by another's pause.

    A stopped clock passes a pause at once, in which a thread that is about to send may not have run at all:
    it would be late by all of the pause, and wait for another instant.
    """
    monkeypatch.setattr(releasing, "_WAITING", 1)


@pytest.mark.usefixtures("in_turn")
@pytest.mark.parametrize("rate", [0.5, 2.5, 6.0])
def test_a_worker_that_stood_still_releases_what_waits_at_the_pace(rt: Runtime, rate: float) -> None:
    missed, began = _stalled(rt, rate), rt.clock.now()
    place_at_pace(rt, missed, pause=_passing(rt))
    made, most = _made(rt), limit_of(rate, 1).count
    assert len(made) == len(missed) == max(1, int(3 * rate)) == len(rt.carrier.calls)  # type: ignore[attr-defined]
    assert _most_in(made, SECOND) <= most
    assert made[-1] - began <= timedelta(seconds=len(missed) / most + 0.5)


def test_two_workers_share_one_second(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    missed, pause = _stalled(rt, 6.0), _passing(rt)
    given: list[datetime] = []
    use = releasing.use_set_up

    def noted(*asked: Any) -> Any:
        used = use(*asked)
        given.append(used.at)
        return used

    monkeypatch.setattr(releasing, "use_set_up", noted)
    orders = (missed[:9], [*missed[9:], *missed[:9]])
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(place_at_pace, rt, ids, at_once=2, pause=pause) for ids in orders]:
            done.result()
    assert len(given) >= 18 == len(_made(rt))
    assert _most_in(given, SECOND) <= 6


@pytest.mark.usefixtures("in_turn")
def test_planning_goes_on_at_the_pace_and_what_was_missed_is_not_made_up(rt: Runtime) -> None:
    """After a minute away: in the ten seconds that follow there are ten seconds' calls, and no more."""
    place_at_pace(rt, _stalled(rt, 4.0), pause=_passing(rt))
    until = _made(rt)[0] + timedelta(seconds=5)
    numbers = [f"+3363999{n:04}" for n in range(60)]
    start_campaign(rt, *numbers, file=campaign_file(id="more", pacing={"calls_per_second": 50}))
    while rt.clock.now() < until:
        plan_calls(rt)
        place_at_pace(rt, _planned(rt), pause=_passing(rt))
        advance(rt, 0.25)
    made = [at for at in _made(rt) if at < until]
    assert len(made) <= 5 * 4 and len(made) >= 0.95 * 5 * 4
    assert _most_in(made, SECOND) <= 4


@pytest.mark.usefixtures("in_turn")
def test_agents_legs_of_the_last_second_are_left_out(rt: Runtime) -> None:
    missed = _stalled(rt, 4.0)
    with rt.db.begin() as tx:
        call_id = open_call(tx, direction="inbound", region_code="44", platform_code="67")
        for _ in range(3):
            plan_leg(tx, call_id=call_id, role="agent", number_id=None, agent_id=None)
    began = rt.clock.now()
    place_at_pace(rt, missed, pause=_passing(rt))
    assert sum(at < began + SECOND for at in _made(rt)) == 1


@pytest.mark.usefixtures("in_turn")
@pytest.mark.parametrize(("stopped_s", "waits_s"), [(0.04, 0.04), (0.3, 0.3), (0.8, 1.0)])
def test_a_process_that_stopped_between_claim_and_request_bunches_nothing(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, stopped_s: float, waits_s: float
) -> None:
    missed, stops = _stalled(rt, 1.0), iter([stopped_s, 0.0, 0.0])
    before, use = rt.clock.now(), releasing.use_set_up

    def stopped_afterwards(tx: Any, *given: Any) -> Any:
        used = use(tx, *given)
        advance(rt, next(stops))
        return used

    monkeypatch.setattr(releasing, "use_set_up", stopped_afterwards)
    place_at_pace(rt, missed[:2], pause=_passing(rt))
    first, second = _made(rt)
    assert first - before == timedelta(seconds=waits_s)
    assert second - first >= SECOND - timedelta(seconds=0.05)


@pytest.mark.usefixtures("in_turn")
def test_a_set_up_that_another_worker_took_from_a_stopped_one_is_made_once(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed, wait, pause = _stalled(rt, 1.0), releasing._await_instant, _passing(rt)
    before = rt.clock.now()

    def stopped_before_it(*given: Any) -> None:
        monkeypatch.setattr(releasing, "_await_instant", wait)
        advance(rt, 0.8)
        place_at_pace(rt, missed[1:2], pause=pause)
        wait(*given)

    monkeypatch.setattr(releasing, "_await_instant", stopped_before_it)
    place_at_pace(rt, missed[:1], pause=pause)
    assert [at - before for at in _made(rt)] == [SECOND, 2 * SECOND]


def test_what_a_job_cannot_place_in_its_time_stays_planned(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = _stalled(rt, 2.0)
    monkeypatch.setattr(releasing, "_LONGEST_S", 0.0)
    place_at_pace(rt, missed, pause=_passing(rt))
    assert len(_made(rt)) == 2 and len(_planned(rt)) == len(missed) - 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_dialling_worker_keeps_the_pace(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = _stalled(rt, 2.0)
    monkeypatch.setattr(releasing, "_LONGEST_S", 0.0)
    use_runtime(rt)
    try:
        place_calls.run(missed)
    finally:
        use_runtime(None)
    assert len(_made(rt)) == 2


def test_a_raised_limit_holds_at_once_and_a_clock_set_back_blocks_nothing(rt: Runtime) -> None:
    missed = _stalled(rt, 2.0)
    place_at_pace(rt, missed[:2], pause=_passing(rt))
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 5.0})
    place_at_pace(rt, missed[2:5], pause=_never)
    with rt.db.begin() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(pace_ledger).where(OF_RING)) == 5
        tx.update(pace_ledger, OF_RING, at=tx.now + timedelta(days=1))
    place_at_pace(rt, missed[5:], pause=_never)
    assert not _planned(rt)


def _never(_: float) -> None:
    raise AssertionError("nobody should have waited")


@given(st.floats(0.01, 400), st.sampled_from([1.0, 2.0, 30.0, 120.0]))
def test_the_limit_is_never_below_the_pace_and_never_above_it_rounded_up(rate: float, speed: float) -> None:
    limit = limit_of(rate, speed)
    assert 1 <= limit.count <= 200
    assert limit.count / limit.span.total_seconds() >= rate * 0.999
    assert limit.count <= rate * limit.span.total_seconds() + 1

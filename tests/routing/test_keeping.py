"""What a helper keeps: computed from how its own calls fare, unless it declared a number."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from callsvc.routing.keeping import kept_by
from callsvc.routing.loading import load_scene
from callsvc.routing.measuring import handling_of, measure, patience_s, slowness_of
from callsvc.routing.rules.ledgers import MOST, booked
from callsvc.routing.rules.regions import Region
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import queue_entry, reservation, routing_measure
from callsvc.routing.terms import LIVE, change_terms
from tests.routing.world import World


def fares(world: World, platform: str, waits_s: list[float | None]) -> None:
    """Own calls of the platform's region that were connected after these waits; None: hung up after 60 s."""
    for number, wait_s in enumerate(waits_s):
        call_id, leg_id = world.contact_leg(platform)
        with world.rt.db.begin() as tx:
            entered = tx.now - timedelta(seconds=600 - number)
            tx.insert(
                queue_entry,
                id=tx.new_id("ent"),
                call_id=call_id,
                leg_id=leg_id,
                region_code="11",
                platform_code=platform,
                skill="tracing",
                language="fr",
                state="canceled" if wait_s is None else "completed",
                entered_at=entered,
                deadline_at=entered + timedelta(seconds=600),
                left_at=entered + timedelta(seconds=60 if wait_s is None else wait_s),
                left_how="hung-up" if wait_s is None else "connected",
            )


def keeping(world: World, code: str = "11") -> Region:
    with world.rt.db.read() as tx:
        return load_scene(tx, LIVE).regions[code]


def test_the_ledger_is_folded_from_the_calls_in_the_order_they_left(world: World) -> None:
    fares(world, "75", [3, None, 19.5, 20.5, 1])
    expected = 0.0
    for in_time in (True, True, True, False, False):  # as they left: 3 s, 1 s, 19.5 s, 20.5 s, after a minute
        expected = booked(expected, in_time, LIVE.floor + LIVE.margin)
    assert keeping(world).ledger == pytest.approx(expected)


def test_old_calls_leave_no_trace_and_closed_ones_never_counted(world: World) -> None:
    fares(world, "75", [None] * 30)
    assert keeping(world).ledger == -MOST
    world.later(2 * 3600)
    assert keeping(world).ledger == 0.0
    with world.rt.db.begin() as tx:
        tx.update(queue_entry, queue_entry.c.region_code == "11", left_how="closed", left_at=tx.now)
    assert keeping(world).ledger == 0.0


def test_a_helper_that_keeps_its_floor_lends_its_last_idle_agent(world: World) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    fares(world, "75", [1.0] * 5)
    helper = world.agent("75")
    assert world.offered_to(world.waits("67")) == helper


def test_a_helper_below_its_floor_keeps_its_agents(world: World) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    fares(world, "75", [None] * 12)
    world.agent("75")
    call = world.waits("67")
    assert world.offered_to(call) is None
    inputs = world.decisions(call)[-1]["inputs"]["helpers"]["11"]
    assert inputs["answer"] == "reserve" and inputs["ledger"] < 0


def test_a_declared_reserve_overrides_the_computed_one(world: World) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    fares(world, "75", [None] * 12)
    world.declare_aid("11", reserve=0)
    helper = world.agent("75")
    assert world.offered_to(world.waits("67")) == helper


def test_a_deeper_ledger_keeps_more_and_what_was_declared_overrides_it() -> None:
    def kept(ledger: float, computed: int = 0, declared: int | None = None) -> int:
        row = SimpleNamespace(declared=declared, reserve=computed)
        return kept_by(row, 50, ledger, Terms(computed_reserve=True))  # type: ignore[arg-type]

    assert kept(0.1, computed=4) == 0
    assert 1 == kept(-0.1) < kept(-0.1, computed=4) < kept(-10.0, computed=4)
    assert kept(0.1, declared=7) == 7


def test_a_region_may_set_its_own_floor_and_its_ledger_aims_above_it(world: World) -> None:
    fares(world, "75", [1.0, None, 1.0])
    usual = keeping(world).ledger
    world.declare_aid("11", floor=0.9)
    assert keeping(world).ledger == pytest.approx(usual - 3 * 0.2)


def talked(world: World, platform: str, agent_region: str, calls: int, talk_s: float) -> None:
    """So many calls of a platform were handled by an agent of that region, so long each, just now."""
    fares(world, platform, [1.0] * calls)
    agent = world.agent({"11": "75", "44": "67"}[agent_region], ready=False)
    with world.rt.db.begin() as tx:
        for number, row in enumerate(
            tx.all(sa.select(queue_entry).order_by(queue_entry.c.id.desc()).limit(calls))
        ):
            ended = tx.now - timedelta(seconds=400 - number)
            tx.insert(
                reservation, id=tx.new_id("rsv"), entry_id=row.id, agent_id=agent, agent_region=agent_region,
                home_region="11", decision_id="dec", state="completed", offered_at=ended, deadline_at=ended,
                bridged_at=ended - timedelta(seconds=talk_s), ended_at=ended,
            )  # fmt: skip


def test_handling_slowness_and_patience_begin_as_assumed_and_are_measured(world: World) -> None:
    def now() -> tuple[float, float, float]:
        with world.rt.db.read() as tx:
            return handling_of(tx, ["11"])["11"], slowness_of(tx), patience_s(tx)

    assert now() == (240.0, 1.0, 150.0)
    talked(world, "75", "11", 50, 360.0)
    talked(world, "75", "44", 30, 720.0)
    fares(world, "75", [None] * 20)
    assert measure(world.rt) == 4
    handle_s, slowness, patience = now()
    assert handle_s == pytest.approx(300.0)  # 50 as assumed, 50 of 360 s
    assert 1.05 < slowness < 1.2  # 30 calls twice as long, beside two hundred assumed
    assert patience == pytest.approx((20 * 150 + 20 * 60 + 80 * 1) / 40)
    assert measure(world.rt) == 0, "nothing is counted twice"
    assert now() == (handle_s, slowness, patience)
    world.later(4 * 3600)
    measure(world.rt)
    assert now()[0] == pytest.approx((50 * 240 + 25 * 360) / 75)  # they weigh half as much


def test_a_measured_ledger_and_what_happened_since_are_one_account(world: World) -> None:
    fares(world, "75", [None, 1.0, None, 1.0])
    before = keeping(world).ledger
    measure(world.rt)
    assert keeping(world).ledger == before
    assert (
        world.rows(sa.select(routing_measure.c.ledger).where(routing_measure.c.region_code == "11"))[0][0]
        == before
    )
    world.later(700)
    fares(world, "75", [1.0])
    assert keeping(world).ledger == pytest.approx(booked(before, True, LIVE.floor + LIVE.margin))
    world.later(3 * 3600)
    measure(world.rt)
    assert keeping(world).ledger == 0.0, "nobody called for two hours"


def test_the_reserve_is_computed_by_erlang_a_of_a_measured_region_where_that_is_chosen(world: World) -> None:
    for _ in range(8):
        world.agent("75")
    fares(world, "75", [None] * 60)
    with world.rt.db.read() as tx:
        one = load_scene(tx, LIVE).regions["11"].kept
    measure(world.rt)
    assert keeping(world).kept == one
    with world.rt.db.begin() as tx:
        terms = change_terms(tx, None, computed_reserve=True)
        assert load_scene(tx, terms).regions["11"].kept > one, "sixty calls in half an hour are eight erlangs"

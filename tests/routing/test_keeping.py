"""What a helper keeps: computed from how its own calls fare, unless it declared a number."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from callsvc.routing.keeping import Keeping, load_keeping, reserve_of
from callsvc.routing.rules.ledgers import MOST, booked
from callsvc.routing.tables import aid_region, queue_entry
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


def keeping(world: World, code: str = "11") -> Keeping:
    with world.rt.db.read() as tx:
        declared = tx.all(
            sa.select(sa.literal(code).label("code"), aid_region.c.reserve, aid_region.c.floor)
            .select_from(sa.select(sa.literal(1)).subquery())
            .outerjoin(aid_region, aid_region.c.region_code == code)
        )
        return load_keeping(tx, declared)[code]


def test_the_ledger_is_folded_from_the_calls_in_the_order_they_left(world: World) -> None:
    fares(world, "75", [3, None, 19.5, 20.5, 1])
    expected = 0.0
    for in_time in (True, True, True, False, False):  # as they left: 3 s, 1 s, 19.5 s, 20.5 s, after a minute
        expected = booked(expected, in_time, 0.71)
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


def test_a_higher_floor_and_a_deeper_ledger_keep_more() -> None:
    def kept(floor: float, ledger: float, declared: int | None = None) -> int:
        return reserve_of(50, Keeping(declared=declared, floor=floor, ledger=ledger, load=40.0))

    assert kept(0.7, 0.1) == 0
    assert 1 <= kept(0.7, -0.1) <= kept(0.8, -0.1) < kept(0.8, -10.0)
    assert kept(0.7, 0.1, declared=7) == 7


def test_a_region_may_set_its_own_floor(world: World) -> None:
    world.declare_aid("11", floor=0.9)
    found = keeping(world)
    assert (found.floor, found.declared) == (0.9, None)

"""How many may be on a break at once: beyond that one stands in line, or asks a supervisor."""

import threading
from contextlib import suppress

import pytest
import sqlalchemy as sa

from callsvc.agents.limits import EVERYWHERE, over_time, put_limit, waiting_wishes, wish_of
from callsvc.agents.tables import agent
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.routing import service as routing
from tests.routing.world import World


def limited(
    world: World, most: int | None = 1, *, region: str = "44", beyond: str = "refuse", longest: int = 15
) -> None:
    with world.rt.db.begin() as tx:
        put_limit(tx, region, "break", most=most, longest_min=longest, beyond=beyond, by="acc-admin")


def doing(world: World, *agents: str) -> list[str]:
    return [world.agent_row(one).activity for one in agents]


def test_beyond_the_limit_a_break_is_refused_with_the_place_in_line_and_comes_by_itself(world: World) -> None:
    limited(world)
    first, second, third = (world.agent() for _ in range(3))
    routing.set_activity(world.rt, first, "break")
    for agent_id, place in ((second, 1), (third, 2), (second, 1)):
        with pytest.raises(Conflict, match="activity-full") as refused:
            routing.set_activity(world.rt, agent_id, "break")
        assert refused.value.details == {"activity": "break", "most": 1, "place": place}
    assert routing.give_places(world.rt) == 0
    routing.set_activity(world.rt, first, "available")
    assert routing.give_places(world.rt) == 1
    assert doing(world, first, second, third) == ["available", "break", "available"]
    assert routing.desk_state(world.rt, third)["wish"]["place"] == 1


def test_a_supervisor_may_grant_what_is_beyond_the_limit_or_refuse_it(world: World) -> None:
    limited(world, 0, beyond="ask")
    first, second = world.agent(), world.agent()
    for agent_id in (first, second):
        routing.set_activity(world.rt, agent_id, "break")  # asked: no error, no break
    assert doing(world, first, second) == ["available", "available"]
    with world.rt.db.read() as tx:
        wishes = [row.id for row in waiting_wishes(tx, sa.true())]
    routing.decide_wish(world.rt, wishes[0], granted=True, by="acc-chef")
    routing.decide_wish(world.rt, wishes[1], granted=False, by="acc-chef")
    assert doing(world, first, second) == ["break", "available"]
    with pytest.raises(Conflict, match="wish-over"):
        routing.decide_wish(world.rt, wishes[1], granted=True, by="acc-chef")
    with pytest.raises(NotFound, match="wish-unknown"):
        routing.decide_wish(world.rt, "wsh-none", granted=True, by="acc-chef")


def test_whoever_declares_something_else_leaves_the_line_and_who_waits_too_long_must_ask_again(
    world: World,
) -> None:
    limited(world, 0)
    first, second = world.agent(), world.agent()
    for agent_id in (first, second):
        with pytest.raises(Conflict):
            routing.set_activity(world.rt, agent_id, "break")
    routing.set_activity(world.rt, first, "offline")
    world.later(1800)
    assert routing.give_places(world.rt) == 1
    with world.rt.db.read() as tx:
        assert [wish_of(tx, one) for one in (first, second)] == [None, None]
    assert doing(world, first, second) == ["offline", "available"]


def test_a_regions_own_terms_go_before_those_for_every_region(world: World) -> None:
    limited(world, 0, region=EVERYWHERE)
    limited(world, None, region="44")
    here, there = world.agent("67"), world.agent("75")
    routing.set_activity(world.rt, here, "break")
    with pytest.raises(Conflict, match="activity-full"):
        routing.set_activity(world.rt, there, "break")
    routing.set_activity(world.rt, there, "break", "acc-chef")  # a supervisor's own word has no limit
    assert doing(world, here, there) == ["break", "break"]


def test_a_break_that_lasts_too_long_is_told(world: World) -> None:
    limited(world, 5, longest=15)
    agent_id = world.agent()
    routing.set_activity(world.rt, agent_id, "break")
    assert routing.desk_state(world.rt, agent_id)["over_at"] == world.deadline(900).isoformat()
    world.later(17 * 60)
    with world.rt.db.read() as tx:
        assert over_time(tx, agent.c.region_code == "44") == {agent_id: 2}
        assert over_time(tx, agent.c.region_code == "11") == {}


@pytest.mark.parametrize("activity", ["available", "offline", "fishing"])
def test_only_what_is_neither_ready_nor_away_has_limits(world: World, activity: str) -> None:
    with world.rt.db.begin() as tx, pytest.raises(Invalid, match="limit-invalid"):
        put_limit(tx, "44", activity, most=1, longest_min=None, by="acc-admin")


def test_two_who_leave_at_the_same_moment_do_not_take_the_last_place_twice(world: World) -> None:
    limited(world)
    agents = [world.agent() for _ in range(4)]
    start = threading.Barrier(4)

    def leave(agent_id: str) -> None:
        start.wait()
        with suppress(Conflict):
            routing.set_activity(world.rt, agent_id, "break")

    threads = [threading.Thread(target=leave, args=(one,)) for one in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert doing(world, *agents).count("break") == 1

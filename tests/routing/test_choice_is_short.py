"""A choice asks little: what it costs is round trips to the database."""

from typing import Any

import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.routing import service as routing
from tests.routing.world import World


def test_a_call_for_somebody_free_at_home_asks_three_times_and_writes_three_rows(world: World) -> None:
    call = world.waits("67")
    free = world.agent("67", ready=False)
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == free, activity="available")
        sa.event.listen(world.rt.db.engine, "before_cursor_execute", note)
        routing.offer_next(tx, (), entered="44", newcomer=call.entry_id)
        sa.event.remove(world.rt.db.engine, "before_cursor_execute", note)
    assert world.offered_to(call) == free
    assert [words.split()[0] for words in asked] == [
        "SELECT",
        "SELECT",
        "UPDATE",
        "INSERT",
        "INSERT",
        "UPDATE",
    ]


def test_a_call_that_another_region_takes_asks_eight_times_and_writes_three_rows(world: World) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    world.declare_aid("11", reserve=0)
    taken = world.agent("67")
    world.waits("67")
    call = world.waits("67")  # opens aid, and nobody there is free yet
    helper = world.agent("75", ready=False)
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == helper, activity="available")
        sa.event.listen(world.rt.db.engine, "before_cursor_execute", note)
        routing.offer_next(tx, (), entered="44")
        sa.event.remove(world.rt.db.engine, "before_cursor_execute", note)
    assert (world.offered_to(call), world.agent_row(taken).state) == (helper, "reserved")
    reads = 6 if world.rt.db.dialect == "sqlite" else 7  # which holds the pair of regions
    writes = ["UPDATE", "INSERT", "INSERT", "UPDATE"]
    assert [words.split()[0] for words in asked] == ["SELECT"] * reads + writes

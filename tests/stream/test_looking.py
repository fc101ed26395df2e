"""The last resort: a change nobody told of is found in the database, and none is told twice."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from callsvc.agents.service import add_agent
from callsvc.agents.tables import agent
from callsvc.core.changes import Change
from callsvc.core.incidents import report_incident
from callsvc.metrics.tables import metric_event
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime
from callsvc.stream.entries import Entry
from callsvc.stream.looking import Looker
from callsvc.stream.telling import say

from .test_hub import World


@pytest.fixture
def agent_id(rt: Runtime) -> str:
    with rt.db.begin() as tx:
        tx.insert(region, code="44", name="44", zone="Europe/Paris")
        tx.insert(platform, code="67", name="67", region_code="44")
        return add_agent(
            tx, client_name="agent-01", platform_code="67", name="A", languages=["fr"], skills=["tracing"]
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def look(rt: Runtime, world: World) -> Callable[[], None]:
    """Look once, a quarter of a minute after the last time."""

    async def in_thread(work: Callable[[], Any]) -> Any:
        return work()

    looker = Looker(rt, world.hub, in_thread, lambda: True)

    def look() -> None:
        world.now += 15
        asyncio.run(looker.look())

    return look


def note(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        tx.insert(metric_event, name="x", at=tx.now, subject="s", region_code="44", campaign_id="", facts={})


def test_a_change_that_was_lost_is_found(rt: Runtime, world: World, look: Callable[[], None]) -> None:
    board, other = world.open("figures:44", "operations"), world.open("aid")
    look()
    note(rt)
    look()
    assert '["figures:44"]' in world.heard(board)
    with rt.db.begin() as tx:
        report_incident(tx, "doubt-unanswered", "leg1")
    look()
    assert '["operations"]' in world.heard(board)
    look()
    assert world.heard(board) == world.heard(other) == ""


def test_a_change_that_was_told_is_not_told_again(
    rt: Runtime, world: World, look: Callable[[], None]
) -> None:
    board = world.open("figures")
    look()
    note(rt)
    world.tell(Change("figures", "44"))
    assert world.heard(board)
    look()
    assert world.heard(board) == ""


def test_a_desk_hears_of_a_version_that_was_never_published(
    rt: Runtime, world: World, look: Callable[[], None], agent_id: str
) -> None:
    desk = world.open("desk", agent=agent_id)
    look()
    assert world.heard(desk) == ""  # it has never changed
    with rt.db.begin() as tx:
        tx.update(agent, agent.c.id == agent_id, fence=7)
    look()
    assert say(world.hub, desk, world.now) == b"id: 1-1\nevent: desk\ndata: 7\n\n"
    look()
    assert world.heard(desk) == ""
    world.hub.tell(Entry((2, 0), (Change("desk", subject=agent_id, version=7),)))
    assert world.heard(desk) == ""

"""Somebody is at a desk that speaks; one silent too long is set away, and is as before when it returns."""

import pytest
import sqlalchemy as sa

from callsvc.agents.tables import agent_activity
from callsvc.routing import service as routing
from tests.routing.world import World


def activities(world: World, agent: str) -> list[tuple[str, str]]:
    mine = sa.select(agent_activity).where(agent_activity.c.agent_id == agent)
    return [(row.activity, row.reason) for row in world.rows(mine.order_by(agent_activity.c.id))]


@pytest.fixture
def agent(world: World) -> str:
    """Ready, at a desk that has just said something."""
    found = world.agent()
    routing.note_seen(world.rt, found)
    return found


def test_a_desk_silent_for_thirty_real_seconds_is_set_away_and_says_why(world: World, agent: str) -> None:
    world.later(30)
    assert routing.lapse_presence(world.rt) == 0
    world.later(1)
    assert routing.lapse_presence(world.rt) == 1
    assert world.agent_row(agent).activity == "offline"
    assert activities(world, agent)[-1] == ("offline", "presence-lost")
    assert routing.lapse_presence(world.rt) == 0


def test_a_desk_that_speaks_stays_whatever_the_lived_clock_does(world: World, agent: str) -> None:
    world.rt.clock.advance(3600)  # type: ignore[attr-defined] - a rehearsal: an hour in a moment
    assert routing.lapse_presence(world.rt) == 0
    for _ in range(6):
        world.later(10)
        routing.note_seen(world.rt, agent)
        assert routing.lapse_presence(world.rt) == 0


@pytest.mark.parametrize(("away_s", "then"), [(299, "available"), (301, "offline")])
def test_a_desk_that_returns_in_time_is_as_before_and_takes_what_waits(
    world: World, agent: str, away_s: int, then: str
) -> None:
    world.later(31)
    routing.lapse_presence(world.rt)
    call = world.waits()
    world.later(away_s)
    routing.note_seen(world.rt, agent)
    assert world.agent_row(agent).activity == then
    assert world.offered_to(call) == (agent if then == "available" else None)


def test_whoever_says_that_they_are_away_is_not_made_ready_by_coming_back(world: World, agent: str) -> None:
    world.later(31)
    routing.lapse_presence(world.rt)
    routing.set_activity(world.rt, agent, "offline", "acc-chef")
    routing.note_seen(world.rt, agent)
    assert world.agent_row(agent).activity == "offline"


def test_a_live_conversation_overrides_and_the_wrap_up_after_it_does_not(world: World, agent: str) -> None:
    world.waits()
    world.connect(agent)
    world.later(120)
    assert routing.lapse_presence(world.rt) == 0
    routing.hang_up(world.rt, agent)
    assert routing.lapse_presence(world.rt) == 1
    row = world.agent_row(agent)
    assert (row.activity, row.state) == ("offline", "wrap-up")


def test_an_offer_at_a_silent_desk_goes_to_somebody_else(world: World, agent: str) -> None:
    call = world.waits()
    assert world.offered_to(call) == agent
    other = world.agent()
    world.later(31)
    assert routing.lapse_presence(world.rt) == 1
    assert world.offered_to(call) == other


def test_an_agent_without_a_desk_is_never_found_silent(world: World) -> None:
    agent = world.agent()
    world.later(3600)
    assert routing.lapse_presence(world.rt) == 0
    assert world.agent_row(agent).activity == "available"


def test_a_supervisors_change_is_kept_with_their_account(world: World, agent: str) -> None:
    routing.set_activity(world.rt, agent, "training", "acc-chef")
    last = world.rows(sa.select(agent_activity).order_by(agent_activity.c.id.desc()))[0]
    assert (last.activity, last.reason, last.by) == ("training", "supervised", "acc-chef")

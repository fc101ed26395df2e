"""An agent's disposition replaces the outcome `connected` of the person's place in the campaign."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.contacts.tables import suppression
from callsvc.dialing.tables import callback
from callsvc.routing import service as routing
from callsvc.runtime import Runtime
from tests.factories import places, start_campaign
from tests.routing.world import World
from tests.webhooks.conftest import Phone


@pytest.fixture
def agents(rt: Runtime) -> World:
    start_campaign(rt)
    return World(rt)


def _talk(agents: World, phone: Phone) -> tuple[str, str]:
    """A call of the campaign, through identity and symptoms, to an agent who has hung up: (leg, agent)."""
    agent = agents.agent(skills=["contact-tracing"])
    leg_id = phone.ring()
    phone.voice(leg_id, 0, AnsweredBy="human")
    for turn, keys in enumerate(("1", "1980", "3"), start=1):
        phone.voice(leg_id, turn, Digits=keys)
    agents.connect(agent)
    routing.hang_up(agents.rt, agent)
    return leg_id, agent


def _row(rt: Runtime, table: sa.Table, where: Any = True) -> Any:
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(table).where(where))
        return row


@pytest.mark.parametrize("leg_first", [True, False])
@pytest.mark.parametrize("word", ["refused", "unresolved", "callback"])
def test_the_agents_word_is_the_outcome_whichever_ends_first(
    rt: Runtime, phone: Phone, agents: World, word: str, leg_first: bool
) -> None:
    leg_id, agent = _talk(agents, phone)
    if leg_first:
        agents.news(leg_id, "completed")
        assert places(rt)[0].outcome == "connected"
    routing.dispose(rt, agent, word)
    if not leg_first:
        agents.news(leg_id, "completed")
    assert places(rt)[0].outcome == "connected"  # the agent may still take it back
    agents.settle()
    [place] = places(rt)
    assert (place.status, place.outcome, place.last_disposition) == ("done", word, word)
    assert _row(rt, leg, leg.c.id == leg_id).disposition == word
    if word == "callback":
        assert _row(rt, callback).status == "booked"


def test_a_wrap_up_that_ends_by_itself_leaves_connected(rt: Runtime, phone: Phone, agents: World) -> None:
    leg_id, _ = _talk(agents, phone)
    agents.news(leg_id, "completed")
    agents.later(61)
    assert routing.end_wrap_ups(rt) == 1
    assert places(rt)[0].outcome == "connected"


def test_an_opt_out_told_to_an_agent_is_a_suppression_of_the_purpose(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    leg_id, agent = _talk(agents, phone)
    agents.news(leg_id, "completed")
    routing.dispose(rt, agent, "opted-out")
    row = _row(rt, suppression)
    assert (row.scope, row.purpose, row.source) == ("purpose", "contact-tracing", "agent")
    assert places(rt)[0].outcome == "opted-out"

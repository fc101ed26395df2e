"""Who calls us is held, not closed: a caller's number proves nothing, an agent's word does."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.contacts.tables import suppression
from callsvc.dialing.callbacks import call_back_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.tables import callback
from callsvc.routing import service as routing
from callsvc.runtime import Runtime
from tests.factories import advance, places, publish_library, start_campaign
from tests.routing.world import World
from tests.webhooks.conftest import Phone

NUMBER = "+33639980001"


def _rows(rt: Runtime, table: sa.Table) -> Any:
    with rt.db.read() as tx:
        return tx.all(sa.select(table))


@pytest.fixture
def agents(rt: Runtime) -> World:
    start_campaign(rt, NUMBER)
    publish_library(rt, "front-desk")
    return World(rt)


def call_in(phone: Phone, sid: str = "CAin", number: str = NUMBER) -> str:
    given = {"CallSid": sid, "From": number, "To": "+33199000100", "CallStatus": "ringing"}
    assert phone.post("/webhooks/voice/inbound", given).status_code == 200
    with phone.rt.db.read() as tx:
        return str(tx.scalar(sa.select(leg.c.id).where(leg.c.sid == sid)))


def talk(agents: World, phone: Phone, leg_id: str) -> str:
    """Through the menus to an agent, and a conversation; the agent hangs up."""
    agent = agents.agent(skills=["appointment"])
    phone.voice(leg_id, 1, Digits="1")
    phone.voice(leg_id, 2, Digits="3")
    agents.connect(agent)
    routing.hang_up(agents.rt, agent)
    return agent


@pytest.mark.parametrize("leg_first", [True, False])
def test_an_agents_word_closes_the_place_whichever_ends_first(
    rt: Runtime, phone: Phone, agents: World, leg_first: bool
) -> None:
    leg_id = call_in(phone)
    agent = talk(agents, phone, leg_id)
    if leg_first:
        agents.news(leg_id, "completed")
        assert places(rt)[0].status == "held"
    routing.dispose(rt, agent, "resolved-by-phone")
    if not leg_first:
        assert places(rt)[0].status == "held"
        agents.news(leg_id, "completed")
    assert places(rt)[0].status == "held"  # the agent may still take it back
    agents.settle()
    assert (places(rt)[0].status, places(rt)[0].outcome) == ("done", "resolved-by-phone")


def test_a_conversation_without_an_agents_word_closes_nothing(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    leg_id = call_in(phone)
    talk(agents, phone, leg_id)
    agents.news(leg_id, "completed")
    agents.later(61)
    assert routing.end_wrap_ups(rt) == 1
    [place] = places(rt)
    assert (place.status, place.outcome) == ("waiting", None)
    assert place.next_try_at == rt.clock.now() + timedelta(minutes=30)


def test_a_call_back_promised_on_a_call_from_outside_is_kept(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    leg_id = call_in(phone)
    agent = talk(agents, phone, leg_id)
    agents.news(leg_id, "completed")
    routing.dispose(rt, agent, "callback")
    agents.settle()
    assert (places(rt)[0].outcome, len(_rows(rt, callback))) == ("callback", 1)
    advance(rt, 3601)
    assert call_back_due(rt) == 1


def test_a_call_planned_to_the_caller_is_withdrawn_and_the_place_held(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    plan_calls(rt)
    assert places(rt)[0].status == "trying"
    leg_id = call_in(phone)
    assert [row.placement for row in _rows(rt, leg) if row.id != leg_id] == ["withdrawn"]
    assert places(rt)[0].status == "held"


def test_with_two_callers_of_one_household_the_first_to_hang_up_releases_nobody(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    first, second = call_in(phone, "CA1"), call_in(phone, "CA2")
    agents.news(first, "completed")
    assert places(rt)[0].status == "held"
    agents.news(second, "completed")
    assert places(rt)[0].status == "waiting"


def test_on_release_the_campaign_waits_for_a_call_back_chosen_by_key(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    leg_id = call_in(phone)
    for turn, key in ((1, "1"), (2, "3"), (4, "1"), (5, "1")):  # nobody on duty: closed, then in an hour
        phone.voice(leg_id, turn, Digits=key)
    [promise] = _rows(rt, callback)
    agents.news(leg_id, "completed")
    assert (places(rt)[0].status, places(rt)[0].next_try_at) == (
        "waiting",
        promise.due_at + timedelta(minutes=30),
    )


def test_an_opt_out_told_to_an_agent_on_a_call_from_outside_is_of_everything(
    rt: Runtime, phone: Phone, agents: World
) -> None:
    leg_id = call_in(phone)
    agent = talk(agents, phone, leg_id)
    agents.news(leg_id, "completed")
    routing.dispose(rt, agent, "opted-out")
    [row] = _rows(rt, suppression)
    assert (row.scope, row.source, row.evidence) == ("all", "agent", leg_id)
    assert places(rt)[0].outcome == "opted-out"

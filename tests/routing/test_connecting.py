"""The agent's leg and the contact meet in a conference, talk, part; and everything that can break it."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.events import LegMoveRefused
from callsvc.calls.placing import give_up
from callsvc.calls.queries import lock_leg
from callsvc.core.errors import Conflict, Invalid
from callsvc.routing import service as routing
from callsvc.routing.events import (
    ConversationEnded,
    EntryConnected,
    EntryLeft,
    EntryQueued,
    OfferEnded,
    WrapUpEnded,
)
from callsvc.routing.rules import FRONT
from callsvc.routing.tables import queue_entry
from tests.routing.world import World


def test_accepting_dials_the_agent_and_moves_the_contact_only_when_the_agent_answers(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.accept(agent)
    assert world.entry(call).state == "assigned"
    assert world.agent_row(agent).state == "on-call"
    assert ("place_agent_leg", (row.agent_leg_id,)) in world.rt.jobs.take()
    assert world.updates(call.leg_id) == []
    world.news(row.agent_leg_id, "in-progress")
    world.news(row.agent_leg_id, "in-progress")
    moved = ("move", f"/webhooks/voice/{call.leg_id}/conference/{row.conference_id}")
    assert world.updates(call.leg_id) == [moved]


def test_they_are_connected_when_both_are_in(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    world.later(7)
    row = world.accept(agent)
    world.news(row.agent_leg_id, "in-progress")
    world.join(row.conference_id, row.agent_leg_id)
    assert "EntryConnected" not in world.names()
    world.later(2)
    world.join(row.conference_id, call.leg_id)
    connected = [event for event in world.told if isinstance(event, EntryConnected)]
    assert [(event.waited_s, event.overflow) for event in connected] == [(9.0, False)]
    left = [event for event in world.told if isinstance(event, EntryLeft)]
    assert [(event.how, event.waited_s) for event in left] == [("connected", 9.0)]
    assert world.entry(call).left_how == "connected"


def test_accepting_twice_is_accepting_once(world: World) -> None:
    agent = world.agent()
    world.waits()
    row = world.accept(agent)
    routing.accept(world.rt, agent, row.id)
    assert world.reservation_of(agent).agent_leg_id == row.agent_leg_id


def test_hanging_up_ends_both_legs_and_begins_the_wrap_up(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.connect(agent)
    world.later(90)
    routing.hang_up(world.rt, agent)
    routing.hang_up(world.rt, agent)
    assert world.agent_row(agent).state == "wrap-up"
    assert world.entry(call).state == "wrapping"
    assert ("end", "") in world.updates(call.leg_id)
    assert ("end", "") in world.updates(row.agent_leg_id)
    ended = [event for event in world.told if isinstance(event, ConversationEnded)]
    assert [(event.talk_s, event.agent_vanished) for event in ended] == [(90.0, False)]
    world.news(row.agent_leg_id, "completed")  # the carrier's echo of our own hanging up changes nothing
    world.news(call.leg_id, "completed")
    assert len([event for event in world.told if isinstance(event, ConversationEnded)]) == 1


def test_a_disposition_ends_the_wrap_up_and_the_next_call_comes(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    world.connect(agent)
    following = world.waits()
    world.later(60)
    with pytest.raises(Conflict, match="not-in-wrap-up"):
        routing.dispose(world.rt, agent, "reached")
    routing.hang_up(world.rt, agent)
    world.later(20)
    routing.dispose(world.rt, agent, "resolved-by-phone")
    assert world.offered_to(following) == agent
    world.settle()
    assert world.entry(call).state == "completed"
    ended = [event for event in world.told if isinstance(event, WrapUpEnded)]
    assert [(event.disposition, event.handle_s) for event in ended] == [("resolved-by-phone", 80.0)]


def test_a_wrap_up_ends_by_itself_at_its_time_limit(world: World) -> None:
    agent = world.agent()
    world.waits()
    world.connect(agent)
    routing.hang_up(world.rt, agent)
    world.later(59)
    assert routing.end_wrap_ups(world.rt) == 0
    world.later(1)
    assert routing.end_wrap_ups(world.rt) == 1
    assert world.agent_row(agent).state == "idle"
    assert [event.disposition for event in world.told if isinstance(event, WrapUpEnded)] == [""]
    with pytest.raises(Conflict, match="not-in-wrap-up"):
        routing.dispose(world.rt, agent, "reached")


def test_a_disposition_is_one_of_the_campaigns_and_there_must_be_a_call_to_hang_up(world: World) -> None:
    agent = world.agent()
    for word in ("Tout va bien !", "no-such-word"):
        with pytest.raises(Invalid, match="disposition-invalid") as refused:
            routing.dispose(world.rt, agent, word)
        assert "resolved-by-phone" in refused.value.details["allowed"]
    with pytest.raises(Conflict, match="no-call"):
        routing.hang_up(world.rt, agent)
    world.waits()
    with pytest.raises(Conflict, match="no-call"):
        routing.hang_up(world.rt, agent)


def test_whoever_called_us_was_no_machine(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    world.connect(agent)
    world.news(call.leg_id, "completed")
    with pytest.raises(Invalid, match="disposition-invalid"):
        routing.dispose(world.rt, agent, "voicemail")


def test_the_contact_hangs_up_while_talking(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.connect(agent)
    world.later(30)
    world.news(call.leg_id, "completed")
    assert world.agent_row(agent).state == "wrap-up"
    assert ("end", "") in world.updates(row.agent_leg_id)
    assert [event.talk_s for event in world.told if isinstance(event, ConversationEnded)] == [30.0]


def test_the_contact_hangs_up_while_the_agent_is_dialled(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.accept(agent)
    world.news(row.agent_leg_id, "ringing")
    world.news(call.leg_id, "completed")
    assert world.agent_row(agent).state == "idle"
    assert world.entry(call).left_how == "hung-up"
    assert ("end", "") in world.updates(row.agent_leg_id)
    assert [event.how for event in world.told if isinstance(event, OfferEnded)] == ["canceled"]


def test_a_contact_who_cannot_be_moved_has_hung_up(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.accept(agent)
    world.news(row.agent_leg_id, "in-progress")
    with world.rt.db.begin() as tx:
        tx.emit(
            LegMoveRefused(
                leg_id=call.leg_id, call_id=call.call_id, role="contact", direction="inbound", at=tx.now
            )
        )
    assert world.entry(call).left_how == "hung-up"
    assert world.agent_row(agent).state == "idle"
    assert ("end", "") in world.updates(row.agent_leg_id)


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_an_agents_leg_that_fails_before_they_met_keeps_the_contacts_place(world: World, status: str) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    row = world.accept(first)
    world.news(row.agent_leg_id, status)
    assert world.offered_to(call) == second
    assert world.agent_row(first).state == "idle"
    assert world.updates(call.leg_id) == []  # never moved: still in the waiting loop
    assert [event.how for event in world.told if isinstance(event, OfferEnded)] == ["rescinded"]


def test_a_contact_already_moved_goes_back_to_the_waiting_loop(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.accept(agent)
    world.news(row.agent_leg_id, "in-progress")
    world.news(row.agent_leg_id, "completed")
    assert [action for action, _ in world.updates(call.leg_id)] == ["move", "move"]
    assert world.entry(call).state in ("pending", "reserved")


def test_an_agents_leg_never_placed_is_a_failed_one(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.accept(agent)
    with world.rt.db.begin() as tx:
        give_up(tx, lock_leg(tx, row.agent_leg_id), "not-placed", "carrier-13224")
    assert world.offered_to(call) == agent  # nobody else is there
    assert world.agent_row(agent).missed_offers == 1


def test_an_agent_who_vanishes_while_talking_puts_the_contact_in_front(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    row = world.connect(agent)
    waiting = world.waits(priority=5)
    world.later(40)
    world.news(row.agent_leg_id, "completed")
    old, new = world.entries_of(call)
    assert (old.state, new.state, new.priority) == ("wrapping", "pending", FRONT)
    assert [action for action, _ in world.updates(call.leg_id)] == ["move", "move"]
    assert ("end", "") not in world.updates(call.leg_id)
    assert world.agent_row(agent).activity == "break"  # their softphone is gone: nothing more until ready
    ended = [event for event in world.told if isinstance(event, ConversationEnded)]
    assert [event.agent_vanished for event in ended] == [True]
    assert len([event for event in world.told if isinstance(event, EntryQueued)]) == 3
    rescuer = world.agent()
    assert world.reservation_of(rescuer).entry_id == new.id
    assert world.offered_to(waiting) is None


def test_giving_up_before_the_contact_is_in_keeps_their_place(world: World) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    world.accept(first)
    routing.hang_up(world.rt, first)
    assert world.offered_to(call) == second
    assert world.agent_row(first).state == "idle"


def test_a_break_declared_while_talking_begins_after_the_wrap_up(world: World) -> None:
    agent = world.agent()
    world.waits()
    world.connect(agent)
    routing.set_activity(world.rt, agent, "break")
    assert world.agent_row(agent).state == "on-call"
    waiting = world.waits()
    routing.hang_up(world.rt, agent)
    routing.dispose(world.rt, agent, "reached")
    assert world.agent_row(agent).state == "idle"
    assert world.offered_to(waiting) is None


def test_the_desk_shows_the_offer_the_call_and_the_wrap_up_each_at_a_new_version(world: World) -> None:
    agent = world.agent("75")
    world.agent("75")
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    versions = []

    def desk() -> dict[str, object]:
        state = routing.desk_state(world.rt, agent)
        versions.append(state["version"])
        return state

    assert desk()["offer"] is None
    world.waits("67")
    world.later(4)
    offer = desk()["offer"]
    assert isinstance(offer, dict)
    assert (offer["region_name"], offer["platform_name"], offer["aid"], offer["waited_s"]) == (
        "Grand Est",
        "Bas-Rhin",
        True,
        4.0,
    )
    row = world.accept(agent)
    call = desk()["call"]
    assert isinstance(call, dict) and call["connected"] is False
    world.news(row.agent_leg_id, "in-progress")
    world.join(row.conference_id, row.agent_leg_id)
    contact = world.rows(_contact_of(row))[0]
    world.join(row.conference_id, contact.leg_id)
    call = desk()["call"]
    assert isinstance(call, dict) and call["connected"] is True
    routing.hang_up(world.rt, agent)
    assert desk()["wrap_up"] is not None
    assert versions == sorted(set(versions))


def _contact_of(row: Any) -> sa.Select[Any]:
    return sa.select(queue_entry.c.leg_id).where(queue_entry.c.id == row.entry_id)

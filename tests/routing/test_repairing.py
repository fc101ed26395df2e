"""What a lost event or a killed process leaves behind is put right; a good day needs no repair."""

import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.calls.tables import carrier_update, leg
from callsvc.routing import service as routing
from callsvc.routing.tables import queue_entry, reservation
from tests.routing.world import World


def test_a_good_day_needs_no_repair(world: World) -> None:
    first, second = world.agent(), world.agent()
    world.waits()
    world.waits()
    world.waits()
    world.connect(first)
    world.accept(second)
    assert routing.repair(world.rt) == 0


def test_an_agent_whom_no_reservation_holds_is_freed(world: World) -> None:
    stuck = world.agent()
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == stuck, state="on-call", reservation_id="rsv-gone")
    call = world.waits()
    assert world.offered_to(call) is None
    assert routing.repair(world.rt) == 1
    assert world.offered_to(call) == stuck


def test_an_entry_whom_no_reservation_holds_goes_back_to_its_place(world: World) -> None:
    holder = world.agent()
    call = world.waits()
    with world.rt.db.begin() as tx:
        tx.update(reservation, reservation.c.agent_id == holder, state="canceled", ended_at=tx.now)
    assert routing.repair(world.rt) >= 2  # the agent and the entry
    assert world.offered_to(call) == holder


def test_a_wrapping_entry_without_reservation_is_completed(world: World) -> None:
    holder = world.agent()
    call = world.waits()
    world.connect(holder)
    routing.hang_up(world.rt, holder)
    with world.rt.db.begin() as tx:
        tx.update(reservation, reservation.c.agent_id == holder, state="completed")
    routing.repair(world.rt)
    assert world.entry(call).state == "completed"
    assert world.agent_row(holder).state == "idle"


def test_a_contact_whose_end_was_not_noticed_leaves_the_queue(world: World) -> None:
    waiting, talking = world.waits(), None
    holder = world.agent()
    assert world.offered_to(waiting) == holder
    talking = world.waits()
    with world.rt.db.begin() as tx:
        tx.update(leg, leg.c.id.in_((waiting.leg_id, talking.leg_id)), ended_at=tx.now, status="completed")
    assert routing.repair(world.rt) == 2
    assert [world.entry(call).left_how for call in (waiting, talking)] == ["hung-up", "hung-up"]
    assert world.agent_row(holder).state == "idle"


def test_an_agents_leg_whose_end_was_not_noticed_puts_the_contact_in_front(world: World) -> None:
    holder = world.agent()
    call = world.waits()
    row = world.connect(holder)
    with world.rt.db.begin() as tx:
        tx.update(leg, leg.c.id == row.agent_leg_id, ended_at=tx.now, status="completed")
    assert routing.repair(world.rt) == 1
    assert [entry.state for entry in world.entries_of(call)] == ["wrapping", "pending"]


def test_an_accepted_offer_whose_leg_never_answers_is_rescinded_after_its_deadline(world: World) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    row = world.accept(first)
    world.later(29)
    assert routing.repair(world.rt) == 0
    world.later(1)
    assert routing.repair(world.rt) == 1
    assert world.offered_to(call) == second
    assert (
        world.rows(sa.select(leg.c.placement).where(leg.c.id == row.agent_leg_id))[0].placement == "withdrawn"
    )


def test_two_who_met_although_the_news_was_lost_are_connected(world: World) -> None:
    holder = world.agent()
    call = world.waits()
    row = world.accept(holder)
    world.news(row.agent_leg_id, "in-progress")
    with world.rt.db.begin() as tx:
        tx.update(carrier_update, carrier_update.c.leg_id == call.leg_id, result="done", done_at=tx.now)
    world.later(30)
    assert routing.repair(world.rt) == 1
    assert world.reservation_of(holder).bridged_at is not None
    assert "EntryConnected" in world.names()


def test_an_endless_conversation_ends(world: World) -> None:
    holder = world.agent()
    world.waits()
    world.connect(holder)
    world.later(4 * 3600)
    assert routing.repair(world.rt) == 1
    assert world.agent_row(holder).state == "wrap-up"


def test_an_entry_and_an_agent_who_missed_each_other_are_brought_together(world: World) -> None:
    call = world.waits()
    free = world.agent(ready=False)
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == free, activity="available")
    assert routing.repair(world.rt) == 1
    assert world.offered_to(call) == free
    assert world.rows(queue_entry.select())[0].state == "reserved"

"""Callbacks, SMS conversations and tasks wait beside calls: who is offered what, and in which order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.core.db import Tx, again_after_deadlock
from callsvc.routing import service as routing
from callsvc.routing.other_work.working import Work, enter_work, offer_other_work
from callsvc.routing.queries import WAITING
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.terms import change_terms
from tests.routing.world import World


def work(tx: Tx, kind: str = "sms", subject: str = "smc-1", **changes: Any) -> Work:
    usual = {"region": "44", "platform": "67", "skill": "tracing", "language": "fr"}
    return Work(kind=kind, subject_id=subject, deadline_at=tx.now + timedelta(hours=8), **(usual | changes))


def put(
    world: World, kind: str = "sms", subject: str = "smc-1", *, after_s: float = 0, **changes: Any
) -> str:
    with world.rt.db.begin() as tx:
        if after_s:
            changes["promised_at"] = tx.now + timedelta(seconds=after_s)
        entry_id = enter_work(tx, work(tx, kind, subject, **changes))
        offer_other_work(tx, "44")
    assert entry_id is not None
    return entry_id


def offered(world: World, agent_id: str) -> str | None:
    held = world.reservation_of(agent_id)
    return held.entry_id if held is not None else None


def on_channels(world: World, agent_id: str, channels: str) -> None:
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == agent_id, channels=channels)


def look(world: World) -> None:
    with world.rt.db.begin() as tx:
        offer_other_work(tx, "44")


def test_tasks_wait_while_no_more_are_idle_than_the_administrator_wants(world: World) -> None:
    with world.rt.db.begin() as tx:
        change_terms(tx, None, callback_idle=0.5)
    first = world.agent()
    second = world.agent()
    entries = put(world, "task", "ccn-1"), put(world, "task", "ccn-2")
    held = {offered(world, first), offered(world, second)}
    assert None in held and len(held & set(entries)) == 1


def test_where_agents_cannot_call_nobody_to_call_is_offered(world: World) -> None:
    world.rt.db.settings = world.rt.settings.model_copy(update={"callsvc_hand_over": "dial"})
    agent_id = world.agent()
    put(world, "task", "ccn-1"), put(world, "callback", "cbk-1")
    assert offered(world, agent_id) is None


def test_an_idle_agent_is_offered_work_only_of_the_channels_they_have(world: World) -> None:
    talks = world.agent()
    entry = put(world, "sms")
    assert offered(world, talks) is None
    writes = world.agent(ready=False)
    on_channels(world, writes, "voice sms")
    world.rt.clock.advance(1)  # type: ignore[attr-defined]
    routing.set_activity(world.rt, writes, "available")
    assert offered(world, writes) == entry


def test_the_same_subject_waits_once(world: World) -> None:
    put(world, "task", "cct-1")
    with world.rt.db.begin() as tx:
        assert enter_work(tx, work(tx, "task", "cct-1")) is None


def test_a_call_that_waits_goes_before_tasks_and_conversations(world: World) -> None:
    put(world, "task", "cct-1")
    waiting = world.waits()
    assert offered(world, world.agent()) == waiting.entry_id


def test_a_promised_callback_is_not_offered_before_its_time_and_first_once_it_has_come(world: World) -> None:
    promised = put(world, "callback", "cbk-1", after_s=600)
    agent_id = world.agent()
    assert offered(world, agent_id) is None
    world.later(601)
    put(world, "task", "cct-1", priority=5)
    assert offered(world, agent_id) == promised


def test_an_owner_has_their_work_until_the_time_stated_and_then_anybody(world: World) -> None:
    with world.rt.db.begin() as tx:
        until = tx.now + timedelta(seconds=60)
    owner, other = world.agent(ready=False), world.agent()
    routing.set_activity(world.rt, owner, "break")
    entry = put(world, "callback", "cbk-1", owner=owner, owner_until=until)
    assert offered(world, other) is None
    world.later(61)
    look(world)
    assert offered(world, other) == entry


def test_nobody_waits_for_an_owner_who_is_away(world: World) -> None:
    with world.rt.db.begin() as tx:
        until = tx.now + timedelta(seconds=60)
    owner, other = world.agent(ready=False), world.agent()
    entry = put(world, "callback", "cbk-1", owner=owner, owner_until=until)
    assert offered(world, other) == entry


def test_the_owner_is_offered_their_own_before_the_rest(world: World) -> None:
    owner = world.agent(ready=False)
    put(world, "task", "cct-1")
    world.later(5)
    entry = put(world, "task", "cct-2", owner=owner)
    routing.set_activity(world.rt, owner, "available")
    assert offered(world, owner) == entry


def test_what_an_agent_let_pass_goes_to_another_and_not_back_to_them_at_once(world: World) -> None:
    first = world.agent()
    entry = put(world, "task", "cct-1")
    assert offered(world, first) == entry
    world.reject(first)
    assert offered(world, first) is None
    second = world.agent()
    assert offered(world, second) == entry


def test_a_callback_that_keeps_its_place_goes_before_calls_that_came_later(world: World) -> None:
    with world.rt.db.begin() as tx:
        came = tx.now
    world.later(30)
    put(world, "callback", "cbk-1", entered_at=came)
    waiting = world.waits()
    first, second = world.agent(), world.agent()
    assert offered(world, first) != waiting.entry_id
    assert offered(world, second) == waiting.entry_id


def test_a_task_waits_while_too_few_agents_are_idle(world: World) -> None:
    agents = [world.agent() for _ in range(40)]
    for _ in agents[:39]:
        world.waits()
    put(world, "task", "cct-1")
    assert not any(
        row.kind == "task" and row.state != "pending" for row in world.rows(sa.select(queue_entry))
    )


def test_other_work_never_counts_as_a_waiting_call(world: World) -> None:
    put(world, "sms")
    put(world, "task", "cct-1")
    assert not world.rows(sa.select(queue_entry.c.id).where(WAITING))
    assert not world.rows(sa.select(reservation.c.id))


def test_routers_at_once_offer_each_work_to_one_agent_and_each_agent_one_work(world: World) -> None:
    agents = [world.agent(ready=False) for _ in range(6)]
    for number in range(10):
        put(world, "callback", f"cbk-{number}")
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id.in_(agents), activity="available")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: again_after_deadlock(lambda: look(world)), range(8)))
    held = [offered(world, one) for one in agents]
    assert None not in held and len(set(held)) == 6
    assert len(world.rows(sa.select(reservation.c.id))) == 6

"""Sixteen routers at once: no agent twice, no call twice, nobody lost, and nobody waits for nobody."""

import random
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.calls.conferences import record_join
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import call, leg
from callsvc.core.clock import MachineClock
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.core.ids import RandomIds
from callsvc.routing import service as routing
from callsvc.routing.events import EntryConnected, EntryLeft, EntryQueued
from callsvc.routing.tables import queue_entry, reservation
from tests.routing.watching import broken, watch_aid
from tests.routing.world import World

THREADS, AGENTS, STEPS = 16, 50, 6
PLACES = ("67", "67", "68", "57", "75", "69", "35")
HELPS = "53"  # gives aid and has no calls of its own: what it keeps, nobody but aid could take


@pytest.fixture
def busy(world: World) -> World:
    """Fifty agents in four regions that aid each other; one of them keeps two for its own."""
    if world.rt.db.dialect == "sqlite":
        pytest.skip("SQLite runs one writing transaction at a time; test_stateful.py is for both")
    world.rt.db.ids = RandomIds(MachineClock())  # counted ids are not made for threads
    for aided, aiding, rank in (("44", "11", 1), ("44", "84", 2), ("84", "44", 1), ("11", "84", 1)):
        world.aid(aided, aiding, rank=rank, activate_wait_s=10, release_wait_s=5, cap=4)
    for aided in ("44", "84", "11"):
        world.aid(aided, HELPS, rank=1, activate_wait_s=10, release_wait_s=5, cap=9)
    world.declare_aid(HELPS, reserve=2)
    for number in range(AGENTS):
        world.agent(PLACES[number % len(PLACES)], languages=["fr", "ar"] if number % 7 == 0 else ["fr"])
    return world


def hold_leg(tx: Tx, leg_id: str) -> Any:
    """As a webhook must: the call's row before the leg's, so that two legs of one call take turns."""
    mine = sa.select(leg.c.call_id).where(leg.c.id == leg_id).scalar_subquery()
    tx.execute(sa.select(call.c.id).where(call.c.id == mine).with_for_update(key_share=True))
    return lock_leg(tx, leg_id)


class Router:
    """One thread's worth of a busy afternoon, drawn from a seed."""

    def __init__(self, world: World, seed: int, calls: int) -> None:
        self.world, self.rt, self.random, self.calls = world, world.rt, random.Random(seed), calls

    def run(self) -> None:
        for _ in range(self.calls):
            self.world.waits(
                self.random.choice(PLACES[:6]), language=self.random.choice(("fr", "fr", "fr", "ar"))
            )
            self.step()
        for _ in range(STEPS):
            self.step()

    def step(self) -> None:
        acts = (
            self.an_agent_acts,
            self.a_contact_leaves,
            self.time_passes,
            self.a_region_declares,
            self.repaired,
        )
        act = self.random.choices(acts, (20, 2, 1, 0.7, 0.2))[0]
        with suppress(Conflict):  # somebody was quicker: the desk will see the new state
            act()

    def an_agent_acts(self) -> None:
        with self.rt.db.read() as tx:
            rows = tx.all(
                sa.select(reservation, queue_entry.c.leg_id)
                .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
                .where(reservation.c.state.in_(("pending", "accepted")))
            )
        if not rows:
            return
        row = self.random.choice(rows)
        if row.state == "pending":
            act = self.random.choice((routing.accept, routing.accept, routing.accept, routing.reject))
            act(self.rt, row.agent_id, row.id)
        elif row.bridged_at is None:
            self.meet(row)
        elif row.talk_ended_at is None:
            end = self.random.choice((self.hang_up, self.hang_up, self.contact_ends, self.agent_dies))
            end(row)
        else:
            routing.dispose(self.rt, row.agent_id, "reached")

    def meet(self, row: Any) -> None:
        self.webhook(row.agent_leg_id, "in-progress")
        for leg_id in (row.agent_leg_id, row.leg_id):
            with self.rt.db.begin() as tx:
                record_join(tx, row.conference_id, leg_id, f"CF{row.conference_id}", tx.now)

    def webhook(self, leg_id: str, status: str) -> None:
        with self.rt.db.begin() as tx:
            row = hold_leg(tx, leg_id)
            if row.placement == "planned":
                tx.update(leg, leg.c.id == leg_id, sid=f"CA{leg_id}", placement="placed")
            record_status(tx, leg_id, News(status=status, at=tx.now, source="callback"))

    def hang_up(self, row: Any) -> None:
        routing.hang_up(self.rt, row.agent_id)

    def contact_ends(self, row: Any) -> None:
        self.webhook(row.leg_id, "completed")

    def agent_dies(self, row: Any) -> None:
        self.webhook(row.agent_leg_id, "completed")
        routing.set_activity(self.rt, row.agent_id, "available")

    def a_contact_leaves(self) -> None:
        with self.rt.db.read() as tx:
            waiting = tx.all(
                sa.select(queue_entry.c.leg_id).where(queue_entry.c.state.in_(("pending", "reserved")))
            )
        if not waiting:
            return
        leg_id = self.random.choice(waiting).leg_id
        if self.random.random() < 0.5:
            self.webhook(leg_id, "completed")
        else:
            with self.rt.db.begin() as tx:
                hold_leg(tx, leg_id)
                routing.leave_queue(tx, leg_id, "callback")

    def time_passes(self) -> None:
        self.rt.clock.advance(5)  # type: ignore[attr-defined]
        routing.time_out_offers(self.rt)
        routing.end_wrap_ups(self.rt)
        routing.settle_dispositions(self.rt)
        routing.expire_entries(self.rt)

    def a_region_declares(self) -> None:
        with self.rt.db.begin() as tx:
            routing.declare_aid(tx, "11", opted_out=self.random.random() < 0.5)

    def repaired(self) -> None:
        routing.repair(self.rt)


@pytest.mark.parametrize("calls", [300, pytest.param(2000, marks=pytest.mark.long)])
def test_sixteen_routers_never_take_an_agent_or_a_call_twice_and_lose_nobody(busy: World, calls: int) -> None:
    seen = watch_aid(busy, keeps={HELPS: 2})
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(Router(busy, seed, calls // THREADS).run) for seed in range(THREADS)]
        while wait(futures, timeout=0.25).not_done:
            assert broken(busy) == {}
        for future in futures:
            future.result()
    assert broken(busy) == {}
    assert seen.broken == []
    assert seen.letters >= {"a", "arrival", "c"}, "calls went every way"
    queued, left, connected = (
        [event for event in busy.told if isinstance(event, kind)]
        for kind in (EntryQueued, EntryLeft, EntryConnected)
    )
    entries = busy.rows(sa.select(queue_entry))
    assert len(entries) >= calls // THREADS * THREADS
    assert {event.entry_id: event.at for event in queued} == {row.id: row.entered_at for row in entries}, (
        "who was rejected keeps their place"
    )
    assert len(left) == len([row for row in entries if row.left_how is not None])
    assert any(event.overflow for event in connected)
    assert missed(busy) == [], "two transactions missed each other and nobody looked again"


def missed(world: World) -> list[Any]:
    """Free agents while a call they could take waits in their own region."""
    waiting = sa.exists().where(
        queue_entry.c.state == "pending",
        queue_entry.c.language == "fr",
        queue_entry.c.region_code == agent.c.region_code,
    )
    free = (agent.c.activity == "available") & (agent.c.state == "idle")
    return list(world.rows(sa.select(agent.c.id).where(free, waiting)))


@pytest.fixture
def side_by_side(world: World) -> World:
    """A world in which two transactions can be open at once."""
    if world.rt.db.dialect == "sqlite":
        pytest.skip("SQLite runs one writing transaction at a time")
    return world


def test_two_decisions_at_once_do_not_spend_the_last_agent_above_the_reserve(side_by_side: World) -> None:
    world = side_by_side
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    helpers = [world.agent("75"), world.agent("75")]
    (call_id, leg_id) = world.contact_leg("67")
    with world.rt.db.begin() as tx:
        _enter(tx, call_id, leg_id)  # takes one of two, and is not committed yet
        meanwhile = world.waits("67")
    assert world.offered_to(meanwhile) is None
    assert sorted(world.agent_row(agent_id).state for agent_id in helpers) == ["idle", "reserved"]


def test_a_call_and_an_agent_of_the_same_moment_do_not_miss_each_other(side_by_side: World) -> None:
    world = side_by_side
    free = world.agent(ready=False)
    call_id, leg_id = world.contact_leg("67")
    with world.rt.db.begin() as tx:
        _enter(tx, call_id, leg_id)
        routing.set_activity(world.rt, free, "available")  # sees no call: it is not committed
        assert world.agent_row(free).state == "idle"
    assert world.agent_row(free).state == "reserved"


def _enter(tx: Tx, call_id: str, leg_id: str) -> None:
    routing.enter_queue(
        tx,
        call_id=call_id,
        leg_id=leg_id,
        session_id=None,
        region_code="44",
        platform_code="67",
        skill="tracing",
        language="fr",
        max_wait_s=600,
    )

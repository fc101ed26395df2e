"""A small country lives at random, one act after the other: what must hold, holds after every act.

The races (``test_races.py``) show the same of sixteen at once; here every act is tried beside every other,
and the order of the queue can be foreseen.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from callsvc.core.db import connect
from callsvc.core.errors import Conflict
from callsvc.core.settings import Settings
from callsvc.routing import service as routing
from callsvc.routing.events import OfferMade
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.terms import change_terms
from tests.conftest import stopped_world
from tests.routing.watching import Seen, broken, watch_aid
from tests.routing.world import World

HOMES = ("67", "75", "69")
HELPS = "53"  # gives aid and has no calls of its own: what it keeps, nobody but aid could take


class Country(RuleBasedStateMachine):
    """Four regions that aid each other; one of them keeps an agent for its own."""

    make: Any = None  # a fresh world

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.make()
        self.seen: Seen = watch_aid(self.world, keeps={HELPS: 1})
        self.out_of_order: list[str] = []
        for aided, aiding in (("44", "11"), ("11", "44"), ("44", "84"), ("44", HELPS), ("11", HELPS)):
            self.world.aid(aided, aiding, activate_wait_s=10, release_wait_s=5, cap=3)
        for region in ("44", "11", "84"):
            self.world.declare_aid(region, reserve=0)
        self.world.declare_aid(HELPS, reserve=1)
        for platform in (*HOMES, "75", "35", "35", "35"):
            self.world.agent(platform)
        with self.world.rt.db.begin() as tx:
            change_terms(tx, None, order="first-come")
        self.world.rt.db.reactions[OfferMade].insert(0, self.look_at_order)  # type: ignore[attr-defined]

    def look_at_order(self, tx: Any, event: OfferMade) -> None:
        """In order of arrival nobody is offered before somebody of the same region who came earlier.

        But for who was just rejected by the only one free: they wait for somebody else.
        """
        mine = tx.first(sa.select(queue_entry).where(queue_entry.c.id == event.entry_id))
        earlier = tx.scalar(
            sa.select(sa.func.count()).where(
                queue_entry.c.state == "pending",
                queue_entry.c.region_code == event.region_code,
                queue_entry.c.entered_at < mine.entered_at,
                queue_entry.c.offers == 0,
            )
        )
        if earlier:
            self.out_of_order.append(event.entry_id)

    @rule(platform=st.sampled_from(HOMES), calls=st.integers(1, 4))
    def calls_arrive(self, platform: str, calls: int) -> None:
        for _ in range(calls):
            self.world.later(1)
            self.world.waits(platform)

    def offers(self, *conditions: Any) -> Any:
        live = reservation.c.state.in_(("pending", "accepted"))
        return self.world.rows(sa.select(reservation).where(live, *conditions).order_by(reservation.c.id))

    def one(self, which: int, *conditions: Any) -> Any:
        found = self.offers(*conditions)
        return found[which % len(found)] if found else None

    @rule(which=st.integers(0, 9))
    def an_offer_is_rejected(self, which: int) -> None:
        row = self.one(which, reservation.c.state == "pending")
        if row is not None:
            self.world.reject(row.agent_id)

    @rule()
    def offers_are_accepted(self) -> None:
        for row in self.offers(reservation.c.state == "pending"):
            self.world.connect(row.agent_id)

    @rule(which=st.integers(0, 9))
    def a_conversation_ends(self, which: int) -> None:
        row = self.one(which, reservation.c.bridged_at.is_not(None))
        if row is not None:
            if row.talk_ended_at is None:
                routing.hang_up(self.world.rt, row.agent_id)
            routing.dispose(self.world.rt, row.agent_id, "reached")

    @rule(which=st.integers(0, 9), how=st.sampled_from(["hung-up", "callback"]))
    def a_contact_leaves(self, which: int, how: str) -> None:
        waiting = self.world.rows(
            sa.select(queue_entry.c.leg_id).where(queue_entry.c.state.in_(("pending", "reserved")))
        )
        if waiting:
            with self.world.rt.db.begin() as tx:
                routing.leave_queue(tx, waiting[which % len(waiting)].leg_id, how)

    @rule(agent=st.integers(0, 6), activity=st.sampled_from(["available", "available", "break"]))
    def an_agent_declares(self, agent: int, activity: str) -> None:
        with suppress(Conflict):  # no more of them may be on break at once
            routing.set_activity(self.world.rt, f"agt{agent + 1}", activity)

    @rule(region=st.sampled_from(["11", "44", "84", HELPS]), out=st.booleans())
    def a_region_opts_out_or_in(self, region: str, out: bool) -> None:
        with self.world.rt.db.begin() as tx:
            routing.declare_aid(tx, region, opted_out=out, reserve=int(region == HELPS))

    @rule(seconds=st.sampled_from([5, 20, 300, 1800]))
    def time_passes(self, seconds: int) -> None:
        self.world.later(seconds)
        for sweep in (routing.time_out_offers, routing.end_wrap_ups, routing.expire_entries, routing.repair):
            sweep(self.world.rt)
        routing.settle_dispositions(self.world.rt)

    @invariant()
    def everything_holds(self) -> None:
        assert broken(self.world) == {}
        assert self.seen.broken == []
        assert self.out_of_order == []


@pytest.fixture
def worlds(tmp_path: Path, sqlite_template: Path, settings: Settings) -> Iterator[Any]:
    engines = []

    def make() -> World:
        path = tmp_path / f"{len(engines)}.db"
        path.write_bytes(sqlite_template.read_bytes())
        engines.append(connect(f"sqlite:///{path}"))
        return World(stopped_world(engines[-1], settings)).open()

    yield make
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("examples", [8, pytest.param(200, marks=pytest.mark.long)])
def test_whatever_happens_nobody_is_lost_taken_twice_or_out_of_turn_and_helpers_are_protected(
    worlds: Any, examples: int
) -> None:
    class Here(Country):
        make = staticmethod(worlds)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""How a call ended may be taken back for a while: nothing has followed from it before, then all, once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from callsvc.core.errors import CallsvcError, Conflict
from callsvc.core.settings import Settings
from callsvc.routing import service as routing
from callsvc.routing.events import WrapUpEnded
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.wrap_ups import put_wrap_up_limit
from callsvc.runtime import Runtime
from tests.machines import run_on_postgresql, run_on_sqlite
from tests.routing.world import Waiting, World


def final(world: World) -> list[str]:
    return [event.disposition for event in world.told if isinstance(event, WrapUpEnded)]


def wrapping(world: World) -> tuple[str, Waiting]:
    """An agent who has just hung up, and their call."""
    agent = world.agent()
    call = world.waits()
    world.connect(agent)
    world.later(60)
    routing.hang_up(world.rt, agent)
    return agent, call


def test_a_disposition_taken_back_leaves_all_as_it_was(world: World) -> None:
    agent, call = wrapping(world)
    before = (world.reservation_of(agent).id, world.agent_row(agent).state, world.entry(call).state)
    world.later(10)
    routing.dispose(world.rt, agent, "refused")
    assert routing.desk_state(world.rt, agent)["undo"]["disposition"] == "refused"
    world.later(29)
    routing.undo(world.rt, agent)
    assert before == (world.reservation_of(agent).id, world.agent_row(agent).state, world.entry(call).state)
    assert world.reservation_of(agent).deadline_at == world.deadline(50)  # what was left of the wrap-up
    world.later(40)
    assert (routing.settle_dispositions(world.rt), final(world)) == (0, [])
    routing.dispose(world.rt, agent, "reached")
    world.settle()
    assert final(world) == ["reached"]


def test_a_call_handed_back_by_an_undo_is_helped_by_another_region(world: World) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    agent, _ = wrapping(world)
    routing.dispose(world.rt, agent, "reached")
    call = world.waits()
    helpers = [world.agent("75"), world.agent("75")]
    assert world.offered_to(call) == agent
    routing.undo(world.rt, agent)
    assert world.offered_to(call) in helpers


def test_it_is_final_after_half_a_minute_and_tells_when_the_wrap_up_ended(world: World) -> None:
    agent, call = wrapping(world)
    world.later(20)
    ended_at = world.rt.clock.now()
    routing.dispose(world.rt, agent, "reached")
    world.later(30)
    with pytest.raises(Conflict, match="undo-over"):
        routing.undo(world.rt, agent)
    assert (routing.settle_dispositions(world.rt), routing.settle_dispositions(world.rt)) == (1, 0)
    [event] = [event for event in world.told if isinstance(event, WrapUpEnded)]
    assert (event.at, event.handle_s, world.entry(call).state) == (ended_at, 80.0, "completed")
    assert routing.desk_state(world.rt, agent)["undo"] is None


def test_whoever_takes_the_next_call_takes_nothing_back(world: World) -> None:
    agent, _ = wrapping(world)
    following = world.waits()
    routing.dispose(world.rt, agent, "reached")
    assert (world.offered_to(following), final(world)) == (agent, [])
    world.accept(agent)
    assert final(world) == ["reached"]
    with pytest.raises(Conflict, match="undo-over"):
        routing.undo(world.rt, agent)


def test_a_call_offered_meanwhile_goes_to_somebody_else_in_its_old_place(world: World) -> None:
    agent, call = wrapping(world)
    following = world.waits()
    routing.dispose(world.rt, agent, "reached")
    assert world.offered_to(following) == agent
    other = world.agent()
    routing.undo(world.rt, agent)
    assert (world.offered_to(call), world.offered_to(following)) == (agent, other)


def test_who_wants_no_calls_is_not_kept_waiting(world: World) -> None:
    agent, _ = wrapping(world)
    routing.dispose(world.rt, agent, "opted-out")
    assert final(world) == ["opted-out"]
    with pytest.raises(Conflict, match="undo-over"):
        routing.undo(world.rt, agent)


def test_a_repair_does_not_take_what_may_be_taken_back_for_a_loose_end(world: World) -> None:
    agent, _ = wrapping(world)
    routing.dispose(world.rt, agent, "reached")
    assert routing.repair(world.rt) == 0
    routing.undo(world.rt, agent)
    assert world.agent_row(agent).state == "wrap-up"


def test_a_wrap_up_lasts_as_its_theme_says_and_is_made_longer_once(world: World) -> None:
    with world.rt.db.begin() as tx:
        put_wrap_up_limit(tx, "skill", "tracing", 120, by="acc-admin")
    agent, _ = wrapping(world)
    assert world.reservation_of(agent).deadline_at == world.deadline(120)
    assert routing.desk_state(world.rt, agent)["wrap_up"]["extendable"]
    routing.extend_wrap_up(world.rt, agent)
    assert world.reservation_of(agent).deadline_at == world.deadline(240)
    with pytest.raises(Conflict, match="wrap-up-extended"):
        routing.extend_wrap_up(world.rt, agent)
    world.later(240)
    assert routing.end_wrap_ups(world.rt) == 1
    with pytest.raises(Conflict, match="not-in-wrap-up"):
        routing.extend_wrap_up(world.rt, agent)


def test_a_call_back_promised_at_an_hour_is_how_it_ended_even_at_the_time_limit(world: World) -> None:
    agent, _ = wrapping(world)
    at = world.rt.clock.now() + timedelta(hours=2)
    with world.rt.db.begin() as tx:
        routing.promise_callback(tx, world.reservation_of(agent), at)
    world.later(60)
    routing.end_wrap_ups(world.rt)
    world.settle()
    [event] = [event for event in world.told if isinstance(event, WrapUpEnded)]
    assert (event.disposition, event.callback_at) == ("callback", at)


class Desks(RuleBasedStateMachine):
    """Two agents take, end, dispose and take back in any order, time passes, the ticker comes and goes.

    The model knows of each call only the word that must become final, and whether that was allowed to change.
    """

    make_world: ClassVar[Callable[[], Runtime]]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(type(self).make_world()).open()
        self.agents = [self.world.agent() for _ in range(2)]
        self.words: dict[str, str] = {}  # by reservation: what was said last, and not taken back
        self.fixed: dict[str, str] = {}  # what was seen final, once and for all

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except CallsvcError:
            return False
        return True

    @rule(place=st.integers(0, 1))
    def talk(self, place: int) -> None:
        agent = self.agents[place]
        held = self.world.reservation_of(agent)
        if held is None or held.state == "pending":
            if held is None:
                self.world.waits()
            if self.world.reservation_of(agent) is not None:
                self.world.connect(agent)

    @rule(place=st.integers(0, 1))
    def hang_up(self, place: int) -> None:
        self._try(lambda: routing.hang_up(self.world.rt, self.agents[place]))

    @rule(place=st.integers(0, 1), word=st.sampled_from(("reached", "refused", "opted-out")))
    def dispose(self, place: int, word: str) -> None:
        held = self.world.reservation_of(self.agents[place])
        if self._try(lambda: routing.dispose(self.world.rt, self.agents[place], word)):
            self.words[held.id] = word

    @rule(place=st.integers(0, 1))
    def undo(self, place: int) -> None:
        agent = self.agents[place]
        if self._try(lambda: routing.undo(self.world.rt, agent)):
            held = self.world.reservation_of(agent)
            assert held.id not in self.fixed and self.words.pop(held.id) != "opted-out"

    @rule(seconds=st.sampled_from((1, 15, 31)))
    def later(self, seconds: int) -> None:
        self.world.later(seconds)

    @rule()
    def tick(self) -> None:
        routing.settle_dispositions(self.world.rt)
        routing.time_out_offers(self.world.rt)
        for row in self.world.rows(sa.select(reservation).where(reservation.c.state == "accepted")):
            if row.talk_ended_at and row.deadline_at <= self.world.rt.clock.now():
                self.words[row.id] = ""
        routing.end_wrap_ups(self.world.rt)

    @precondition(lambda self: self.world.told)
    @rule()
    def repair(self) -> None:
        for agent in self.agents:
            routing.set_activity(self.world.rt, agent, "available")
        routing.repair(self.world.rt)

    @invariant()
    def each_word_is_final_once_and_is_the_last_one_said(self) -> None:
        told = [event for event in self.world.told if isinstance(event, WrapUpEnded)]
        assert max(Counter(event.reservation_id for event in told).values(), default=1) == 1
        for event in told:
            assert self.words[event.reservation_id] == event.disposition
            self.fixed[event.reservation_id] = event.disposition

    @invariant()
    def nothing_is_in_two_hands_and_nothing_final_is_open(self) -> None:
        live = [
            row for row in self.world.rows(sa.select(reservation)) if row.state in ("pending", "accepted")
        ]
        assert len({row.agent_id for row in live}) == len(live) == len({row.entry_id for row in live})
        assert not self.fixed.keys() & {row.id for row in live}
        done = {row.entry_id for row in self.world.rows(sa.select(reservation)) if row.id in self.fixed}
        entries = self.world.rows(sa.select(queue_entry).where(queue_entry.c.id.in_(done)))
        assert {row.state for row in entries} <= {"completed"}


def test_any_order_of_words_and_second_thoughts_on_sqlite(
    sqlite_template: Path, tmp_path: Path, settings: Settings
) -> None:
    where = {"template": sqlite_template, "home": tmp_path}
    run_on_sqlite(Desks, **where, settings=settings, max_examples=12, stateful_step_count=25)


def test_any_order_of_words_and_second_thoughts_on_postgresql(
    postgres_engine: sa.Engine, settings: Settings
) -> None:
    run_on_postgresql(
        Desks, engine=postgres_engine, settings=settings, max_examples=3, stateful_step_count=20
    )

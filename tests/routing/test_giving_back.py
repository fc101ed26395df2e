"""A desk that falls silent keeps no work: whoever writes, or was promised a call, is served by another."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.messages.tables import sms_conversation
from callsvc.routing import service as routing
from callsvc.routing.other_work import calling_out, writing
from callsvc.routing.tables import queue_entry
from tests.routing.test_working import look, offered, on_channels, put
from tests.routing.world import World


def at_desk(world: World, *, ready: bool = True) -> str:
    """An agent of calls and SMS whose desk has just said something."""
    found = world.agent(ready=False)
    on_channels(world, found, "voice sms")
    routing.note_seen(world.rt, found)
    if ready:
        routing.set_activity(world.rt, found, "available")
    return found


def entry_row(world: World, entry_id: str) -> Any:
    return world.rows(sa.select(queue_entry).where(queue_entry.c.id == entry_id))[0]


def falls_silent(world: World) -> int:
    world.later(31)
    return routing.lapse_presence(world.rt)


@pytest.fixture
def desk(world: World) -> str:
    return at_desk(world)


@pytest.fixture
def thread(world: World, desk: str) -> str:
    """Somebody writes with the agent at the desk: the entry's id."""
    world.writes("Bonjour, une question", region="44", platform="67")
    return str(world.accept(desk).entry_id)


def test_whoever_wrote_with_a_desk_that_died_is_answered_by_another_within_seconds(
    world: World, desk: str, thread: str
) -> None:
    other = at_desk(world)
    world.later(20)
    routing.note_seen(world.rt, other)
    world.later(11)
    assert routing.lapse_presence(world.rt) == 1
    gone = world.agent_row(desk)
    assert (gone.activity, gone.state, gone.reservation_id) == ("offline", "idle", None)
    assert offered(world, other) == thread
    world.accept(other)
    writing.close(world.rt, other, "reached")
    assert entry_row(world, thread).state == "completed"


def test_it_waits_in_front_at_its_old_place_until_somebody_is_free(
    world: World, desk: str, thread: str
) -> None:
    entered_at = entry_row(world, thread).entered_at
    put(world, "sms", "smc-before", priority=5, entered_at=world.deadline(-3600))
    assert falls_silent(world) == 1
    row = entry_row(world, thread)
    assert (row.state, row.left_at, row.entered_at) == ("pending", None, entered_at)
    assert offered(world, at_desk(world)) == thread


def test_whoever_comes_back_in_time_has_their_thread_again_and_can_answer(
    world: World, desk: str, thread: str
) -> None:
    assert falls_silent(world) == 1
    assert offered(world, desk) is None
    world.later(290)
    routing.note_seen(world.rt, desk)
    assert world.agent_row(desk).activity == "available"
    assert offered(world, desk) == thread
    world.accept(desk)
    assert writing.answer(world.rt, desk, "Je suis de retour")
    with world.rt.db.read() as tx:
        assert tx.scalar(sa.select(sms_conversation.c.closed_at)) is None


def test_for_a_quarter_of_an_hour_it_is_theirs_before_others_once_they_are_back(
    world: World, desk: str, thread: str
) -> None:
    assert falls_silent(world) == 1
    routing.note_seen(world.rt, desk)
    routing.set_activity(world.rt, desk, "break")
    other = at_desk(world)
    assert offered(world, other) is None
    world.later(15 * 60 - 1)
    look(world)
    assert offered(world, other) is None
    world.later(1)
    look(world)
    assert offered(world, other) == thread


@pytest.mark.parametrize("kind", ["task", "callback"])
def test_somebody_to_call_who_was_only_looked_at_is_called_by_another_and_the_promise_stands(
    world: World, desk: str, kind: str
) -> None:
    entry = put(world, kind, "subject-1", after_s=60)
    world.later(61)
    routing.note_seen(world.rt, desk)
    look(world)
    world.accept(desk)
    promised_at = entry_row(world, entry).promised_at
    assert falls_silent(world) == 1
    assert entry_row(world, entry).promised_at == promised_at
    assert offered(world, at_desk(world)) == entry


def test_a_callback_that_is_being_dialled_goes_on_whatever_the_desk_says(world: World, desk: str) -> None:
    put(world, "callback", "subject-1")
    world.accept(desk)
    calling_out.dial(world.rt, desk)
    assert falls_silent(world) == 0
    assert world.agent_row(desk).state == "on-call"


def test_stop_ends_a_thread_that_waits_again(world: World, desk: str, thread: str) -> None:
    assert falls_silent(world) == 1
    with world.rt.db.begin() as tx:
        writing.stopped(tx, tx.scalar(sa.select(sms_conversation.c.number_id)))
    assert entry_row(world, thread).state == "canceled"
    assert offered(world, at_desk(world)) is None

"""The carrier's news, a desk and a job of the same moment take turns: on PostgreSQL none of them dies."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from callsvc.calls.queries import lock_leg
from callsvc.calls.tables import participant
from callsvc.calls.updates import move_to_wait, perform
from callsvc.core.clock import MachineClock
from callsvc.core.ids import RandomIds
from callsvc.routing import service as routing
from callsvc.runtime import Runtime
from callsvc.webhooks import conference
from callsvc.webhooks.requests import CarrierRequest
from tests.routing.world import World

ROUNDS = 60


@pytest.fixture
def world(rt: Runtime) -> World:
    if rt.db.dialect == "sqlite":
        pytest.skip("SQLite runs one writing transaction at a time")
    rt.db.ids = RandomIds(MachineClock())  # counted ids are not made for threads
    return World(rt).open()


@pytest.fixture
def at_once() -> Iterator[Callable[..., None]]:
    """Run these at the same moment; whatever one of them raises is raised here."""
    with ThreadPoolExecutor(2) as pool:

        def run(*acts: Callable[[], object]) -> None:
            start = Barrier(len(acts))

            def begin(act: Callable[[], object]) -> None:
                start.wait()
                act()

            for future in [pool.submit(begin, act) for act in acts]:
                future.result()

        yield run


@pytest.mark.parametrize("wish", ["hold", "mute"])
def test_a_desk_holds_or_mutes_while_the_carrier_says_who_came_in(
    world: World, at_once: Callable[..., None], wish: str
) -> None:
    rt, agent, call = world.rt, world.agent(), world.waits()
    row = world.connect(agent)
    whose = call.leg_id if wish == "hold" else row.agent_leg_id

    def desk(on: bool) -> None:
        routing.hold(rt, agent, held=on) if wish == "hold" else routing.mute(rt, agent, muted=on)

    for number in range(ROUNDS):
        with rt.db.begin() as tx:  # as if nobody had said yet that they are in
            tx.update(participant, participant.c.leg_id == whose, joined_at=None)
        news = {
            "ConferenceSid": f"CF{row.conference_id}",
            "StatusCallbackEvent": "participant-join",
            "SequenceNumber": str(number + 10),
            "CallSid": f"CA{whose}",
        }
        heard = partial(conference.record, rt, row.conference_id, CarrierRequest(news))
        at_once(partial(desk, number % 2 == 0), heard)
    assert world.reservation_of(agent).talk_ended_at is None


def test_a_move_that_the_carrier_refuses_is_superseded_meanwhile(
    world: World, at_once: Callable[..., None]
) -> None:
    rt, call = world.rt, world.waits()
    jobs: Any = rt.jobs

    def move() -> None:
        with rt.db.begin() as tx:
            lock_leg(tx, call.leg_id)
            move_to_wait(tx, call.leg_id, why="wait", language="fr")

    for _ in range(ROUNDS):
        jobs.take()
        move()
        [(_, (update_id,))] = jobs.take()
        at_once(move, partial(perform, rt, update_id))

"""Hold, mute, somebody asked in, a call handed on: who hears whom, and what becomes of whom."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import conference, leg, participant
from callsvc.calls.updates import perform_all
from callsvc.carrier.port import ParticipantChange
from callsvc.core.errors import CallsvcError, Conflict
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.routing import service as routing
from callsvc.routing.rules import FRONT
from tests.routing.world import Waiting, World

DIRECTORY = """
targets:
  - {name: doctor, title: Médecin de garde, number: "+33199000067", region: "44", serves: ["44"]}
  - {name: paris-only, title: À Paris, number: "+33199000075", region: "11", serves: ["11"]}
  - {name: medical, title: File médicale, queue: {skill: medical}}
"""


@pytest.fixture
def talk(world: World) -> tuple[World, str, Waiting, Any]:
    """An agent and a contact in conversation, in a region whose directory has a doctor and a queue."""
    apply_directory(world.rt, read_directory(DIRECTORY), "test")
    agent, call = world.agent(), world.waits()
    return world, agent, call, world.connect(agent)


def consult_leg(world: World) -> str:
    return str(world.rows(sa.select(leg.c.id).where(leg.c.role == "consult"))[-1].id)


def comes(world: World, row: Any) -> str:
    """Whoever was asked in answers and enters the conference."""
    asked = consult_leg(world)
    world.news(asked, "in-progress")
    world.join(row.conference_id, asked)
    return asked


def is_held(world: World, call: Waiting) -> bool:
    row = world.rows(sa.select(participant).where(participant.c.leg_id == call.leg_id))[0]
    return row.held_at is not None


def ends(world: World, leg_id: str) -> bool:
    return ("end", "") in world.updates(leg_id)


def call_state(world: World, agent: str) -> dict[str, Any]:
    found = routing.desk_state(world.rt, agent)["call"]
    return {key: found[key] for key in ("held", "muted", "consult")}


Talk = tuple[World, str, Waiting, Any]


def test_hold_and_mute_are_asked_of_the_carrier_and_only_the_newest_wish_counts(talk: Talk) -> None:
    world, agent, call, row = talk
    with world.rt.db.begin() as tx:
        tx.update(conference, conference.c.id == row.conference_id, sid="CFhere")
    carrier: Any = world.rt.carrier
    order = type("Order", (), {"to": "client:x"})()
    for leg_id in (call.leg_id, row.agent_leg_id):
        sid = world.rows(sa.select(leg.c.sid).where(leg.c.id == leg_id))[0].sid
        made = carrier.create_call(order)
        carrier.calls[sid] = carrier.calls.pop(made.sid)
        carrier.set_status(sid, "in-progress")
    world.rt.jobs.take()
    routing.hold(world.rt, agent, held=True)
    routing.hold(world.rt, agent, held=False)
    routing.hold(world.rt, agent, held=True)
    routing.mute(world.rt, agent, muted=True)
    assert call_state(world, agent) == {"held": True, "muted": True, "consult": "none"}
    asked = [id for name, ids in world.rt.jobs.take() if name == "update_calls" for id in ids]
    perform_all(world.rt, asked)
    url = "http://127.0.0.1:8000/webhooks/conference/hold/fr"
    assert [(where, change) for where, _, change in carrier.changed] == [
        ("CFhere", ParticipantChange(held=True, hold_url=url)),
        ("CFhere", ParticipantChange(muted=True)),
    ]


def test_the_contact_waits_on_hold_while_somebody_is_asked_and_is_taken_back(talk: Talk) -> None:
    world, agent, call, row = talk
    routing.consult(world.rt, agent, "doctor")
    assert (is_held(world, call), call_state(world, agent)["consult"]) == (True, "ringing")
    asked = comes(world, row)
    assert (is_held(world, call), call_state(world, agent)["consult"]) == (True, "there")
    routing.hold(world.rt, agent, held=False)  # three talk
    assert call_state(world, agent) == {"held": False, "muted": False, "consult": "there"}
    routing.end_consult(world.rt, agent)
    assert ends(world, asked)
    assert call_state(world, agent) == {"held": False, "muted": False, "consult": "none"}


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "completed"])
def test_when_nobody_comes_or_they_leave_the_contact_is_taken_back(talk: Talk, status: str) -> None:
    world, agent, call, row = talk
    routing.consult(world.rt, agent, "doctor")
    asked = comes(world, row) if status == "completed" else consult_leg(world)
    world.news(asked, status)
    assert (is_held(world, call), call_state(world, agent)["consult"]) == (False, "none")
    assert not ends(world, call.leg_id)
    routing.consult(world.rt, agent, "doctor")  # and may be asked again


def test_a_warm_transfer_leaves_the_two_together_until_one_goes(talk: Talk) -> None:
    world, agent, call, row = talk
    routing.consult(world.rt, agent, "doctor")
    asked = comes(world, row)
    routing.transfer(world.rt, agent)
    assert ends(world, row.agent_leg_id)
    assert not is_held(world, call)
    assert world.agent_row(agent).state == "wrap-up"
    assert not ends(world, call.leg_id)
    routing.dispose(world.rt, agent, "reached")
    assert world.agent_row(agent).state == "idle"
    world.news(asked, "completed")
    assert ends(world, call.leg_id)
    world.news(call.leg_id, "completed")
    assert world.names().count("HandedOnEnded") == 1
    assert routing.repair(world.rt) == 0


def test_the_contact_who_hangs_up_first_ends_the_other_too(talk: Talk) -> None:
    world, agent, call, row = talk
    routing.consult(world.rt, agent, "doctor")
    asked = comes(world, row)
    routing.transfer(world.rt, agent)
    world.news(call.leg_id, "completed")
    assert ends(world, asked)
    world.news(asked, "completed")
    assert world.names().count("HandedOnEnded") == 1


def test_a_blind_transfer_keeps_the_contact_on_hold_until_somebody_is_there(talk: Talk) -> None:
    world, agent, call, row = talk
    routing.transfer(world.rt, agent, "doctor")
    assert world.agent_row(agent).state == "wrap-up"
    assert is_held(world, call)
    comes(world, row)
    assert not is_held(world, call)


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
def test_a_blind_transfer_that_nobody_takes_goes_back_to_the_head_of_the_queue(
    talk: Talk, status: str
) -> None:
    world, agent, call, _ = talk
    others = world.waits()
    routing.transfer(world.rt, agent, "doctor")
    world.news(consult_leg(world), status)
    again = world.entries_of(call)[-1]
    assert (again.priority, again.skill, again.state) == (FRONT, "tracing", "pending")
    assert world.updates(call.leg_id)[-1][0] == "move"
    routing.dispose(world.rt, agent, "unresolved")  # idle again: whoever was let down comes first
    assert world.reservation_of(agent).entry_id == again.id
    assert world.entry(others).state == "pending"


def test_a_call_handed_on_to_a_queue_waits_there_in_front(talk: Talk) -> None:
    world, agent, call, row = talk
    doctor = world.agent(skills=("medical",))
    routing.transfer(world.rt, agent, "medical")
    assert ends(world, row.agent_leg_id)
    again = world.entries_of(call)[-1]
    assert (again.skill, again.priority) == ("medical", FRONT)
    assert world.offered_to(Waiting(call.call_id, call.leg_id, again.id)) == doctor
    assert "HandedOnEnded" not in world.names()


def test_when_the_agent_vanishes_whoever_was_asked_in_goes_and_the_contact_waits_again(talk: Talk) -> None:
    world, agent, call, row = talk
    routing.consult(world.rt, agent, "doctor")
    asked = comes(world, row)
    world.news(row.agent_leg_id, "completed")
    assert ends(world, asked)
    assert world.entries_of(call)[-1].priority == FRONT


REFUSED: list[tuple[Callable[[World, str], None], str]] = [
    (lambda world, agent: routing.consult(world.rt, agent, "nobody"), "target-unknown"),
    (lambda world, agent: routing.consult(world.rt, agent, "paris-only"), "target-not-now"),
    (lambda world, agent: routing.consult(world.rt, agent, "medical"), "target-is-queue"),
    (lambda world, agent: routing.transfer(world.rt, agent), "no-consult"),
    (lambda world, agent: routing.end_consult(world.rt, agent), "no-consult"),
]


@pytest.mark.parametrize(("act", "id"), REFUSED)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_is_refused_and_changes_nothing(
    talk: Talk, act: Callable[[World, str], None], id: str
) -> None:
    world, agent, call, _ = talk
    with pytest.raises(CallsvcError) as refused:
        act(world, agent)
    assert refused.value.id == id
    assert (is_held(world, call), world.agent_row(agent).state) == (False, "on-call")


def test_without_a_conversation_there_is_nothing_to_hold(world: World) -> None:
    agent = world.agent()
    for act in (
        lambda: routing.hold(world.rt, agent, held=True),
        lambda: routing.mute(world.rt, agent, muted=True),
        lambda: routing.transfer(world.rt, agent, "doctor"),
    ):
        with pytest.raises(Conflict, match="no-call"):
            act()


def test_a_lost_word_about_whoever_was_asked_in_is_made_good(talk: Talk) -> None:
    world, agent, call, _ = talk
    routing.transfer(world.rt, agent, "doctor")
    with world.rt.db.begin() as tx:
        tx.update(leg, leg.c.id == consult_leg(world), placement="not-placed")
    assert routing.repair(world.rt) == 1
    assert world.entries_of(call)[-1].priority == FRONT

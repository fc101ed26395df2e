"""Work beside calls through the desk's HTTP interface: SMS answered, people looked at, called or skipped."""

from datetime import timedelta
from typing import Any

import pytest

from callsvc.accounts.tables import access_log
from callsvc.agents.tables import agent
from callsvc.routing.other_work.working import Work, enter_work, offer_other_work
from tests.routing.test_desk_api import Desk
from tests.routing.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    made = Desk(world)
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == made.agent_id, channels="voice sms")
    made.post("activity", {"activity": "available"})
    return made


def _task(world: World) -> None:
    with world.rt.db.begin() as tx:
        late = tx.now + timedelta(hours=1)
        where: dict[str, Any] = {"region": "44", "platform": "67", "skill": "tracing", "language": "fr"}
        enter_work(tx, Work(kind="task", subject_id="cct-1", deadline_at=late, **where))
        offer_other_work(tx, "44")


def test_a_conversation_by_sms_from_offer_to_end(desk: Desk) -> None:
    desk.world.writes("Bonjour, une question", region="44", platform="67")
    offer = desk.get()["offer"]
    assert (offer["kind"], offer["call_id"]) == ("sms", None)
    state = desk.post(f"offers/{offer['reservation_id']}/accept")
    assert (state["state"], state["work"]["stage"], state["call"]) == ("on-call", "write", None)
    answer = desk.client.get("/api/v1/desk/work", headers=desk.headers).get_json()
    assert [(one["inbound"], one["text"]) for one in answer["thread"]] == [(True, "Bonjour, une question")]
    assert len(desk.world.rows(access_log.select().where(access_log.c.action == "caller-read"))) == 1
    desk.post("work/answer", {"text": "Je vous écoute."})
    desk.post("work/answer", {"text": " "}, code=422)
    desk.post("work/close", {"disposition": "perhaps"}, code=422)
    assert desk.post("work/close", {"disposition": "reached"})["state"] == "idle"
    desk.post("work/answer", {"text": "Encore ?"}, code=409)


def test_a_task_is_looked_at_then_skipped_with_a_reason_or_dialled(desk: Desk) -> None:
    _task(desk.world)
    offer = desk.get()["offer"]
    state = desk.post(f"offers/{offer['reservation_id']}/accept")
    assert state["work"]["stage"] == "look"
    desk.post("work/skip", {"reason": "bored"}, code=422)
    assert desk.post("work/skip", {"reason": "not-now"})["state"] == "idle"
    desk.post("work/dial", {}, code=409)
    desk.world.later(1)
    _task(desk.world)
    desk.post(f"offers/{desk.get()['offer']['reservation_id']}/accept")
    state = desk.post("work/dial")
    assert (state["work"], state["call"]["connected"]) == (None, False)
    desk.post("work/skip", {"reason": "not-now"}, code=409)


def test_calls_verbs_do_nothing_to_a_conversation_by_sms(desk: Desk) -> None:
    desk.world.writes("Bonjour", region="44", platform="67")
    desk.post(f"offers/{desk.get()['offer']['reservation_id']}/accept")
    desk.post("hang-up", code=409)
    desk.post("hold", {"on": True}, code=409)
    assert desk.get()["work"]["stage"] == "write"

"""The desk's HTTP interface, through the real application."""

import threading
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account, create_key
from callsvc.agents.tables import agent
from callsvc.app import create_app
from callsvc.routing import service as routing
from tests.routing.world import World


class Desk:
    """An agent with a key and a client."""

    def __init__(self, world: World, platform_code: str = "67") -> None:
        self.world = world
        self.agent_id = world.agent(platform_code, ready=False)
        email = f"{self.agent_id}@example.org"
        account_id = add_account(
            world.rt, email, password="a long enough password", role="agent", regions=("44",)
        )
        with world.rt.db.begin() as tx:
            tx.update(agent, agent.c.id == self.agent_id, account_id=account_id)
        self.headers = {"Authorization": f"Bearer {create_key(world.rt, email, ('desk',))}"}
        self.client: FlaskClient = create_app(world.rt).test_client()

    def get(self, query: str = "") -> dict[str, Any]:
        answer = self.client.get(f"/api/v1/desk/state{query}", headers=self.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        state: dict[str, Any] = answer.get_json()
        return state

    def post(self, path: str, body: dict[str, Any] | None = None, code: int = 200) -> dict[str, Any]:
        answer = self.client.post(f"/api/v1/desk/{path}", headers=self.headers, json=body)
        assert answer.status_code == code, answer.get_data(as_text=True)
        state: dict[str, Any] = answer.get_json()
        return state


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_a_call_from_ready_to_disposition(desk: Desk) -> None:
    assert desk.get()["activity"] == "offline"
    assert desk.post("activity", {"activity": "available"})["state"] == "idle"
    call = desk.world.waits()
    offer = desk.get()["offer"]
    assert (offer["entry_id"], offer["skill"], offer["aid"]) == (call.entry_id, "tracing", False)
    accepted = desk.post(f"offers/{offer['reservation_id']}/accept")
    assert (accepted["state"], accepted["call"]["connected"]) == ("on-call", False)
    row = desk.world.reservation_of(desk.agent_id)
    desk.world.news(row.agent_leg_id, "in-progress")
    for leg_id in (row.agent_leg_id, call.leg_id):
        desk.world.join(row.conference_id, leg_id)
    assert desk.get()["call"]["connected"] is True
    desk.world.later(45)
    assert desk.post("hang-up")["wrap_up"]["talk_s"] == 45.0
    done = desk.post("disposition", {"disposition": "reached"})
    assert (done["state"], done["offer"], done["call"], done["wrap_up"]) == ("idle", None, None, None)


def test_a_rejected_offer_is_gone(desk: Desk) -> None:
    desk.post("activity", {"activity": "available"})
    desk.world.waits()
    other = desk.world.agent()
    offer = desk.get()["offer"]
    assert desk.post(f"offers/{offer['reservation_id']}/reject")["offer"] is None
    assert desk.world.reservation_of(other) is not None
    assert desk.post(f"offers/{offer['reservation_id']}/accept", code=409)["id"] == "offer-over"


@pytest.mark.parametrize(
    ("path", "body", "code", "id"),
    [
        ("activity", {"activity": "fishing"}, 422, "activity-unknown"),
        ("activity", {}, 422, "body-invalid"),
        ("activity", None, 422, "body-invalid"),
        ("disposition", {"disposition": 7}, 422, "body-invalid"),
        ("disposition", {"disposition": "reached"}, 409, "not-in-wrap-up"),
        ("hang-up", None, 409, "no-call"),
        ("offers/rsv-none/accept", None, 404, "offer-unknown"),
    ],
)
def test_what_cannot_be_done_says_so(desk: Desk, path: str, body: Any, code: int, id: str) -> None:
    assert desk.post(path, body, code)["id"] == id


def test_a_desk_needs_a_key_of_an_agent(desk: Desk) -> None:
    assert desk.client.get("/api/v1/desk/state").status_code == 401
    add_account(
        desk.world.rt,
        "chef@example.org",
        password="a long enough password",
        role="supervisor",
        regions=("*",),
    )
    key = create_key(desk.world.rt, "chef@example.org", ("desk",))
    answer = desk.client.get("/api/v1/desk/state", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.get_json()["id"]) == (403, "not-an-agent")
    report = create_key(desk.world.rt, "chef@example.org", ("report",))
    answer = desk.client.get("/api/v1/desk/state", headers={"Authorization": f"Bearer {report}"})
    assert (answer.status_code, answer.get_json()["id"]) == (403, "scope-missing")


def test_a_desk_that_waits_is_answered_as_soon_as_something_changes(desk: Desk) -> None:
    version = desk.get()["version"]
    started = time.monotonic()
    assert desk.get(f"?after={version}&wait=0.2")["version"] == version
    assert time.monotonic() - started >= 0.2
    thread = threading.Timer(0.1, routing.set_activity, (desk.world.rt, desk.agent_id, "available"))
    thread.start()
    state = desk.get(f"?after={version}&wait=20")
    thread.join()
    assert (state["version"], state["activity"]) == (version + 1, "available")
    assert time.monotonic() - started < 10

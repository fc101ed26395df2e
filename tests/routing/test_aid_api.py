"""Aid on purpose by program: the same rules as by page, and the effect as numbers."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from callsvc.accounts.keys import create_key
from callsvc.accounts.service import add_account
from callsvc.app import create_app
from tests.routing.world import World


def program(world: World, region: str) -> FlaskClient:
    """A key of a supervisor of one region."""
    email = f"p{region}@example.org"
    add_account(world.rt, email, password=None, role="supervisor", regions=(region,))
    settings = world.rt.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    client = create_app(replace(world.rt, settings=settings)).test_client()
    key = create_key(world.rt, email, ("routing",))
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def post(client: FlaskClient, path: str, said: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = client.post(f"/api/v1/aid/{path}", json=said)
    assert answer.status_code == status, answer.text
    return answer.get_json()


WISH = {
    "aided_region": "44",
    "aiding_region": "11",
    "agents": 2,
    "until_at": "2020-11-16T16:00:00+01:00",
}


def test_a_program_asks_another_answers_and_gives_back(world: World) -> None:
    ours, theirs = program(world, "44"), program(world, "11")
    asked = post(ours, "orders", WISH | {"act": "ask"}, 201)
    assert (asked["state"], asked["wanted"], asked["agents"]) == ("asked", 2, 0)
    path = f"orders/{asked['id']}"
    assert post(ours, f"{path}/accept", {}, 403)["id"] == "not-your-region"
    assert post(theirs, f"{path}/accept", {"agents": 1})["agents"] == 1
    assert post(theirs, f"{path}/accept", {}, 409)["id"] == "aid-order-over"
    assert ours.get("/api/v1/aid/orders?state=open").get_json()["items"][0]["id"] == asked["id"]
    assert post(ours, f"{path}/give-back")["state"] == "ended"
    refused = post(ours, "orders", WISH | {"act": "ask"}, 201)
    assert post(theirs, f"orders/{refused['id']}/refuse", {"reason": "busy"})["reason"] == "busy"
    withdrawn = post(ours, "orders", WISH | {"act": "ask"}, 201)
    assert post(ours, f"orders/{withdrawn['id']}/withdraw")["state"] == "withdrawn"


def test_lent_by_the_region_that_lends_and_by_no_other(world: World) -> None:
    assert post(program(world, "44"), "orders", WISH | {"act": "lend"}, 403)["id"] == "not-your-region"
    lent = post(program(world, "11"), "orders", WISH | {"act": "lend"}, 201)
    assert (lent["state"], lent["predicted"]["agents"]) == ("open", 0)  # nobody is on duty there


def test_the_effect_is_that_of_the_formula_on_the_load_of_now(world: World) -> None:
    for _ in range(20):
        world.agent("75")
    world.agent("67")
    for _ in range(40):
        world.waits("67")
    wish = {"aided": "44", "aiding": "11", "agents": 8}
    found = post(program(world, "44"), "effect", wish)
    assert (found["aided"]["calls"], found["aided"]["agents"], found["aiding"]["agents"]) == (40, 1, 20)
    effect = found["effect"]
    assert effect["aided_with"]["abandoned"] < effect["aided_without"]["abandoned"]
    assert effect["aided_with"]["wait_s"] == pytest.approx(
        effect["aided_with"]["abandoned"] * found["patience_s"], abs=0.01
    )
    assert effect["aiding_with"]["agents"] == 12
    assert post(program(world, "53"), "effect", wish, 404)["id"] == "region-unknown"


def test_agreements_are_made_previewed_and_ended_by_program(world: World) -> None:
    ours, theirs = program(world, "44"), program(world, "11")
    path, terms = "/api/v1/aid/agreements/44/11", {"cap": 3, "hours": {"0": [["08:00", "12:00"]]}}
    assert ours.put(path, json=terms).get_json()["id"] == "not-your-region"
    assert theirs.put(path, json=terms | {"cap": -1}).status_code == 422
    made = theirs.put(path, json=terms).get_json()
    assert (made["cap"], made["activate_wait_s"], made["hours"]) == (3, 10, terms["hours"])
    assert ours.get(path).get_json() == made
    change = {"aided_region": "44", "aiding_region": "11", "terms": None}
    asked = post(ours, "previews", {"changes": [change], "day": "2020-11-15"}, 201)
    assert (asked["status"], asked["wanted"], asked["day"]) == ("waiting", 40, "2020-11-15")
    assert ours.get(f"/api/v1/aid/previews/{asked['id']}").get_json()["done"] == 0
    assert program(world, "53").get(f"/api/v1/aid/previews/{asked['id']}").status_code == 404
    assert ours.delete(path).status_code == ours.delete(path).status_code == 200
    changes = theirs.get("/api/v1/aid/agreement-changes").get_json()["items"]
    assert [bool(one["after"]) for one in changes] == [False, True]

"""Lending on purpose by pages: the effect first, then the click; both sides see it, each acts for its own."""

import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.app import create_app
from callsvc.routing.tables import aid_order
from tests.routing.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def world(rt: Any) -> World:
    return World(rt).open()


def chief(world: World, region: str) -> FlaskClient:
    """A supervisor of one region, signed in."""
    email = f"s{region}@example.org"
    add_account(world.rt, email, password=PASSWORD, role="supervisor", regions=(region,), language="en")
    settings = world.rt.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    app = create_app(replace(world.rt, settings=settings))
    app.config["WTF_CSRF_METHODS"] = set()  # form tokens are tested with the guards
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(world.rt, email, PASSWORD))
    return client


def shown(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(f"/console/aid/{path}")
    assert answer.status_code == status
    return words(answer.text)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split("<main", 1)[-1]))


def menu(client: FlaskClient) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/console/agents/").text.split("<main")[0]))


def order(world: World) -> Any:
    return world.rows(sa.select(aid_order))[0]


WANTED = {"mine": "44", "other": "11", "agents": "2", "until": "16:00"}
QUERY = "mine=44&other=11&agents=2&until=16:00"


def test_the_effect_on_both_regions_is_shown_before_anything_happens(world: World) -> None:
    for _ in range(3):
        world.agent("67")
    for _ in range(12):
        world.waits("75")
    client = chief(world, "44")
    page = shown(client, f"lend?{QUERY}")
    assert "Agents: 2. From Grand Est to Île-de-France" in page
    assert "Île-de-France, helped 0 → 2" in page
    assert re.search(r"Grand Est, helping 3 → 1 100.0.?% → 100.0.?%", page)
    assert "12 calls of Île-de-France and 0 of Grand Est in the last half hour" in page
    assert world.rows(sa.select(aid_order)) == []


def test_asked_answered_with_fewer_and_given_back(world: World) -> None:
    for _ in range(4):
        world.agent("75")
    ours, theirs = chief(world, "44"), chief(world, "11")
    assert ours.post("/console/aid/ask", data=WANTED).status_code == 302
    order_id = order(world).id
    assert "asked for" in shown(ours, "")
    assert "Answer" in shown(theirs, "")
    waiting = re.compile(r"Mutual aid\s*1\b")  # beside the menu's entry, wherever they are
    assert waiting.search(menu(theirs)) and not waiting.search(menu(ours))
    page = shown(theirs, f"orders/{order_id}?agents=1")
    assert "Île-de-France, helping 4 → 3" in page
    assert "Lend: 1" in page
    assert "Lend" not in shown(ours, f"orders/{order_id}").split("Predicted effect")[-1]
    answered = theirs.post(f"/console/aid/orders/{order_id}/accept", data={"agents": "1"})
    assert answered.status_code == 302
    row = order(world)
    assert (row.state, row.agents, row.predicted["effect"]["aiding_with"]["agents"]) == ("open", 1, 3)
    for client in (ours, theirs):
        assert "1 of 2" in shown(client, "")
    assert ours.post(f"/console/aid/orders/{order_id}/give-back").status_code == 302
    assert "given back" in shown(theirs, f"orders/{order_id}")


def test_lent_until_an_hour_of_today_or_of_tomorrow(world: World) -> None:
    chief(world, "44").post("/console/aid/lend", data=WANTED)
    assert order(world).until_at.isoformat() == "2020-11-16T15:00:00+00:00"
    world.later(8 * 3600)
    chief(world, "84").post("/console/aid/lend", data=WANTED | {"mine": "84"})
    newest = world.rows(sa.select(aid_order).where(aid_order.c.aiding_region == "84"))[0]
    assert newest.until_at.isoformat() == "2020-11-17T15:00:00+00:00"


def test_what_cannot_be_is_said_beside_the_form(world: World) -> None:
    client = chief(world, "44")
    assert "This is needed" in shown(client, "lend?mine=44&other=11&agents=2", 422)
    assert "two different regions" in shown(client, "lend?mine=44&other=44&agents=2&until=16:00")
    assert "region does not exist" in shown(client, "lend?mine=11&other=44&agents=2&until=16:00")
    assert client.post("/console/aid/lend", data=WANTED | {"mine": "11"}).status_code == 422
    world.declare_aid("44", opted_out=True)
    refused = client.post("/console/aid/lend", data=WANTED)
    assert refused.status_code == 422
    assert "gives no aid" in words(refused.text)
    assert world.rows(sa.select(aid_order)) == []


def test_a_refusal_says_why_and_others_see_nothing(world: World) -> None:
    ours, theirs, others = (chief(world, code) for code in ("44", "11", "53"))
    ours.post("/console/aid/ask", data=WANTED)
    order_id = order(world).id
    for action in ("accept", "refuse", "withdraw", "give-back"):
        assert others.post(f"/console/aid/orders/{order_id}/{action}").status_code == 404
    assert ours.post(f"/console/aid/orders/{order_id}/accept").status_code == 403
    assert theirs.post(f"/console/aid/orders/{order_id}/withdraw").status_code == 403
    assert theirs.post(f"/console/aid/orders/{order_id}/refuse").status_code == 422
    theirs.post(f"/console/aid/orders/{order_id}/refuse", data={"reason": "a spike of our own"})
    assert "a spike of our own" in shown(ours, f"orders/{order_id}")
    assert "Île-de-France" not in shown(others, "").split("Lent on purpose")[1].split("Agreements")[0]
    late = theirs.post(f"/console/aid/orders/{order_id}/accept", data={"agents": "x"})
    assert late.status_code == 409

"""A supervisor's pages: who waits and why, what agents do, who helps whom, and what may be changed."""

import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.accounts.tables import access_log
from callsvc.app import create_app
from callsvc.routing.tables import aid_region
from tests.routing.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def world(rt: Any) -> World:
    return World(rt).open()


@pytest.fixture
def chief(world: World) -> FlaskClient:
    """A supervisor of Grand Est."""
    add_account(
        world.rt, "s@example.org", password=PASSWORD, role="supervisor", regions=("44",), language="en"
    )
    settings = world.rt.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    app = create_app(replace(world.rt, settings=settings))
    app.config["WTF_CSRF_METHODS"] = set()  # form tokens are tested with the guards
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(world.rt, "s@example.org", PASSWORD))
    return client


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(f"/console/{path}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[-1]))


def test_who_waits_is_listed_and_each_says_why(world: World, chief: FlaskClient) -> None:
    mine, foreign = world.waits("67", skill="medical"), world.waits("75", skill="front-desk")
    page = shown(chief, "queues/")
    assert "medical" in page
    assert "front-desk" not in page
    assert "no other region has agreed to help" in shown(chief, f"queues/{mine.entry_id}")
    assert chief.get(f"/console/queues/{foreign.entry_id}").status_code == 404
    assert "Nothing matches" in shown(chief, "queues/?skill=nothing")


def test_an_agents_activity_is_changed_and_noted(world: World, chief: FlaskClient) -> None:
    mine, foreign = world.agent("67"), world.agent("75")
    assert "ready" in shown(chief, "agents/")
    done = chief.post(f"/console/agents/{mine}/activity", data={"activity": "break"})
    assert done.status_code == 302
    assert world.agent_row(mine).activity == "break"
    assert chief.post(f"/console/agents/{foreign}/activity", data={"activity": "break"}).status_code == 404
    assert chief.post(f"/console/agents/{mine}/activity", data={"activity": "asleep"}).status_code == 422
    noted = world.rows(sa.select(access_log).where(access_log.c.action == "activity-changed"))
    assert noted[0].details == {"from": "available", "to": "break"}


def test_a_region_opts_out_in_two_clicks_and_back_by_undo(world: World, chief: FlaskClient) -> None:
    world.declare_aid("44", reserve=3)
    world.aid("11", "44", activate_wait_s=30)
    page = shown(chief, "aid/")
    assert "Grand Est gives no more aid?" in page
    assert "It holds 0 calls of other regions now" in page
    assert "30 s" in page
    assert chief.post("/console/aid/44/out").status_code == 302
    row = world.rows(sa.select(aid_region))[0]
    assert (row.opted_out, row.reserve) == (True, 3)
    page = chief.get("/console/aid/").text
    assert "gives none" in page
    assert "/console/aid/44/in" in page
    chief.post("/console/aid/44/in")
    assert not world.rows(sa.select(aid_region))[0].opted_out
    for path in ("aid/11/out", "aid/44/maybe", "aid/99/out"):
        assert chief.post(f"/console/{path}").status_code == 404


def test_who_helps_whom_is_shown_to_both(world: World, chief: FlaskClient) -> None:
    world.aid("44", "11", activate_wait_s=0, release_wait_s=0)
    world.agent("75"), world.agent("75")
    call = world.waits("67")
    world.connect(str(world.offered_to(call)))
    assert "Île-de-France: 1" in shown(chief, "aid/")


def test_what_changed_is_fetched_as_a_part_of_the_page(world: World, chief: FlaskClient) -> None:
    world.agent("67")
    for path in ("queues/", "agents/", "aid/"):
        part = chief.get(f"/console/{path}", headers={"HX-Request": "true"}).text
        assert "<html" not in part
        assert 'data-live="' in chief.get(f"/console/{path}").text

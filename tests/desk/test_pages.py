"""An agent's desk in a browser without a script: every act is a form, and the page tells what is true."""

import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.accounts.tables import access_log
from callsvc.agents.tables import agent
from callsvc.app import create_app
from callsvc.calls.tables import call
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.tables import contact
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.platforms.tables import platform
from callsvc.routing import service as routing
from tests.routing.world import Waiting, World

PASSWORD = "correct horse battery"
DIRECTORY = """
targets:
  - {name: doctor, title: Médecin de garde, number: "+33199000067", serves: ["44", "11"]}
  - {name: medical, title: File médicale, queue: {skill: medical}}
"""


@pytest.fixture
def world(rt: Any) -> World:
    return World(rt).open()


@pytest.fixture
def mine(world: World) -> str:
    """The agent whose desk it is, who works in Paris."""
    found = world.agent("75", ready=False)
    account = add_account(
        world.rt, "a@example.org", password=PASSWORD, role="agent", regions=("11",), language="en"
    )
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == found, account_id=account)
    apply_directory(world.rt, read_directory(DIRECTORY), "test")
    return found


@pytest.fixture
def desk(world: World, mine: str) -> FlaskClient:
    return desk_of(world)


def desk_of(world: World, **changes: str) -> FlaskClient:
    settings = world.rt.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", **changes})
    app = create_app(replace(world.rt, settings=settings))
    app.config["WTF_CSRF_METHODS"] = set()  # form tokens are tested with the guards
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(world.rt, "a@example.org", PASSWORD))
    return client


def press(desk: FlaskClient, path: str, **fields: str) -> str:
    """What the desk shows after an act."""
    answer = desk.post(f"/desk/{path}", data=fields)
    assert (answer.status_code, answer.location) == (302, "/desk/"), answer.text[:200]
    return shown(desk)


def shown(desk: FlaskClient) -> str:
    answer = desk.get("/desk/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1]))


def talk(world: World, desk: FlaskClient, mine: str) -> Waiting:
    press(desk, "activity", activity="available")
    waiting = world.waits("75")
    offered = world.reservation_of(mine)
    press(desk, f"offers/{offered.id}/accept")
    row = world.reservation_of(mine)
    world.news(row.agent_leg_id, "in-progress")
    world.join(row.conference_id, row.agent_leg_id)
    world.join(row.conference_id, waiting.leg_id)
    return waiting


def test_an_agent_lands_on_the_desk_and_it_is_in_the_menu(desk: FlaskClient) -> None:
    assert desk.get("/").location == "/desk/"
    page = desk.get("/desk/").text
    assert 'href="/desk/"' in page
    assert 'data-live="desk"' in page


def test_a_whole_call_from_ready_to_the_next(world: World, desk: FlaskClient, mine: str) -> None:
    assert "Say that you are ready" in shown(desk)
    assert "The next call appears here" in press(desk, "activity", activity="available")
    waiting = world.waits("75", skill="tracing")
    offered = world.reservation_of(mine)
    assert "A call for you" in shown(desk)
    assert "Your telephone rings" in press(desk, f"offers/{offered.id}/accept")
    row = world.reservation_of(mine)
    world.news(row.agent_leg_id, "in-progress")
    world.join(row.conference_id, row.agent_leg_id)
    world.join(row.conference_id, waiting.leg_id)
    assert "In conversation" in shown(desk)
    assert "Take back" in press(desk, "hold", on="1")
    assert "Take back" not in press(desk, "hold", on="0")
    assert "muted" in press(desk, "mute", on="1")
    assert "Leave them together" in press(desk, "consult", target="doctor")
    assert "Leave them together" not in press(desk, "consult/end")
    assert "How did it end?" in press(desk, "hang-up")
    assert "The next call appears here" in press(desk, "disposition", disposition="resolved-by-phone")
    world.settle()
    assert world.entry(waiting).state == "completed"


def test_an_aiding_agent_sees_the_home_platforms_script_and_hours(
    world: World, desk: FlaskClient, mine: str
) -> None:
    world.aid("44", "11", rank=1, activate_wait_s=0, release_wait_s=0, cap=10)
    world.agent("75")  # the reserve
    card = {
        "script": {"en": "Hello, on behalf of Bas-Rhin.", "fr": "Bonjour."},
        "links": [{"title": "Test sites", "url": "https://example.org/tests"}],
    }
    with world.rt.db.begin() as tx:
        tx.update(platform, platform.c.code == "67", card=card)
    press(desk, "activity", activity="available")
    waiting = world.waits("67")
    if world.offered_to(waiting) != mine:
        world.reject(str(world.offered_to(waiting)))
    page = shown(desk)
    assert "Grand Est asks for help" in page
    press(desk, f"offers/{world.reservation_of(mine).id}/accept")
    page = desk.get("/desk/").text
    assert "Hello, on behalf of Bas-Rhin." in page
    assert 'href="https://example.org/tests" rel="noreferrer noopener"' in page


def test_a_name_that_only_the_number_suggests_is_marked_and_who_read_it_is_noted(
    world: World, desk: FlaskClient, mine: str
) -> None:
    waiting = talk(world, desk, mine)
    with world.rt.db.begin() as tx:
        person = Person(first_name="Camille", last_name="Essai", birth_year=1980, postcode="")
        tx.insert(
            contact, id="con1", fingerprint=b"1", person=seal_person(tx.keyring, "con1", person),
            language="fr", zone="Europe/Paris", elicited_at=tx.now, consent_basis="consent",
            created_at=tx.now, platform_code="75", region_code="11",
        )  # fmt: skip
        tx.update(call, call.c.id == waiting.call_id, contact_id="con1")
    with world.rt.db.begin() as tx:  # the offer was taken elsewhere: the page only fetched what changed
        tx.delete(access_log, access_log.c.action == "caller-read")
    assert "Camille Essai" in desk.get("/desk/live").text
    assert "ask before you say a name" in shown(desk)
    noted = world.rows(sa.select(access_log).where(access_log.c.action == "caller-read"))
    assert [row.subject for row in noted] == [waiting.call_id]


def test_what_comes_too_late_is_told_and_the_desk_shows_what_is_true(
    world: World, desk: FlaskClient, mine: str
) -> None:
    press(desk, "activity", activity="available")
    world.waits("75")
    offered = world.reservation_of(mine)
    world.later(600)
    routing.time_out_offers(world.rt)
    page = desk.post(f"/desk/offers/{offered.id}/accept", follow_redirects=True).text
    assert "This offer is over" in page


def test_a_call_is_handed_on_to_a_queue_from_the_desk(world: World, desk: FlaskClient, mine: str) -> None:
    waiting = talk(world, desk, mine)
    assert "File médicale" in shown(desk)
    assert "A queue cannot be asked first" in press(desk, "consult", target="medical")
    assert "How did it end?" in press(desk, "transfer", target="medical")
    assert world.entries_of(waiting)[-1].skill == "medical"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_desk_shows_nothing_that_takes_three_where_only_two_can_meet(
    world: World, desk: FlaskClient, mine: str
) -> None:
    talk(world, desk, mine)
    takes_three = ("Put on hold", "Mute me", "Ask them first")
    assert all(act in shown(desk) for act in takes_three)
    plain = shown(desk_of(world, callsvc_hand_over="dial"))
    assert "Hand on now" in plain and not any(act in plain for act in takes_three)


def test_who_is_no_agent_has_no_desk(world: World, desk: FlaskClient) -> None:
    add_account(world.rt, "s@example.org", password=PASSWORD, role="supervisor", regions=("44",))
    desk.set_cookie(COOKIE, sign_in(world.rt, "s@example.org", PASSWORD))
    assert "Aucun agent n’est encore lié à votre compte" in shown(desk)
    assert desk.post("/desk/hang-up").status_code == 403
    assert 'href="/desk/"' not in desk.get("/console/").text

"""Second thoughts, more time, promises, opt-outs, appointments at a desk; and nothing beyond the one call."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.service import create_key
from callsvc.accounts.tables import access_log
from callsvc.agents.limits import put_limit
from callsvc.agents.tables import agent_presence
from callsvc.appointments.tables import appointment, appointment_slot
from callsvc.calls.tables import call, leg
from callsvc.contacts.numbers import store_number
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.tables import contact, suppression
from callsvc.core.db import Tx
from callsvc.dialing.tables import callback
from callsvc.routing import service as routing
from callsvc.subscriptions import REACTIONS
from tests.desk.test_pages import desk, mine, press, shown, talk, world
from tests.factories import publish_library
from tests.routing.world import Waiting, World

__all__ = ["desk", "mine", "world"]


def known(tx: Tx, waiting: Waiting, platform_code: str, region_code: str) -> str:
    """The person who calls is one of our lists, at this platform."""
    person = Person(first_name="Camille", last_name="Essai", birth_year=1980, postcode="")
    number = store_number(
        tx, "+33639980055", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
    )
    tx.insert(
        contact, id="con1", fingerprint=b"1", person=seal_person(tx.keyring, "con1", person),
        language="fr", zone="Europe/Paris", elicited_at=tx.now, consent_basis="consent",
        created_at=tx.now, platform_code=platform_code, region_code=region_code,
    )  # fmt: skip
    tx.update(call, call.c.id == waiting.call_id, contact_id="con1")
    tx.update(leg, leg.c.id == waiting.leg_id, number_id=number)
    return number


def slot(tx: Tx, platform_code: str, name: str, *, capacity: int = 1) -> str:
    slot_id = f"slot-{platform_code}-{name}"
    tx.insert(
        appointment_slot, id=slot_id, platform_code=platform_code, kind="physical", place=f"{name} street",
        reason=name, starts_at=tx.now + timedelta(days=1), capacity=capacity, taken=0, changed_at=tx.now,
    )  # fmt: skip
    return slot_id


def aided(world: World, desk: FlaskClient, mine: str, *, meets: bool = True) -> Waiting:
    """My desk in Paris speaks with somebody of Bas-Rhin."""
    world.aid("44", "11", rank=1, activate_wait_s=0, release_wait_s=0, cap=10)
    world.agent("75")  # the reserve
    press(desk, "activity", activity="available")
    waiting = world.waits("67")
    if world.offered_to(waiting) != mine:
        world.reject(str(world.offered_to(waiting)))
    world.accept(mine)
    if meets:
        meet(world, mine, waiting)
    return waiting


def meet(world: World, agent_id: str, waiting: Waiting) -> None:
    row = world.reservation_of(agent_id)
    world.news(row.agent_leg_id, "in-progress")
    world.join(row.conference_id, row.agent_leg_id)
    world.join(row.conference_id, waiting.leg_id)


def api(world: World, desk: FlaskClient, method: str, path: str, body: Any = None) -> Any:
    key = create_key(world.rt, "a@example.org", ("desk",))
    return desk.open(
        f"/api/v1/desk/{path}", method=method, headers={"Authorization": f"Bearer {key}"}, json=body
    )


def rows(world: World, table: sa.Table) -> Any:
    return world.rows(sa.select(table))


def test_a_word_is_taken_back_from_the_page_and_more_time_is_given_once(
    world: World, desk: FlaskClient, mine: str
) -> None:
    talk(world, desk, mine)
    assert "More time" in press(desk, "hang-up")
    assert "More time" not in press(desk, "wrap-up/extend")
    page = press(desk, "disposition", disposition="unresolved")
    assert "The last call ended as" in page and "Undo" in page
    assert "How did it end?" in press(desk, "undo")
    press(desk, "disposition", disposition="reached")
    world.settle()
    assert "Undo" not in shown(desk)
    assert "too late to take this back" in press(desk, "undo")


def test_no_more_calls_is_asked_twice_and_final(world: World, desk: FlaskClient, mine: str) -> None:
    waiting = talk(world, desk, mine)
    press(desk, "hang-up")
    assert 'value="opted-out"' not in desk.get("/desk/").text
    assert "Undo" not in press(desk, "disposition/opted-out")
    assert world.entry(waiting).state == "completed"


def test_beyond_the_limit_the_desk_shows_the_place_in_line(
    world: World, desk: FlaskClient, mine: str
) -> None:
    with world.rt.db.begin() as tx:
        put_limit(tx, "11", "break", most=0, longest_min=None, by="acc-admin")
    page = press(desk, "activity", activity="break")
    assert "You are number 1 in line" in page and "You stand in line for a place" in page
    assert "number 1 in line" not in press(desk, "activity", activity="available")


def test_a_call_back_is_promised_during_the_call_and_booked_when_its_end_is_final(
    world: World, desk: FlaskClient, mine: str
) -> None:
    publish_library(world.rt, "callback")
    waiting = talk(world, desk, mine)
    assert "no number that could be called" in press(desk, "callback", day="2020-11-17", time="10:00")
    with world.rt.db.begin() as tx:
        known(tx, waiting, "75", "11")
    assert "within thirty days" in press(desk, "callback", day="2021-11-17", time="10:00")
    assert "They are called back" in press(desk, "callback", day="2020-11-17", time="10:00")
    world.rt.db.reactions = REACTIONS
    press(desk, "hang-up")
    press(desk, "disposition", disposition="reached")
    assert rows(world, callback) == []
    world.settle()
    [promise] = rows(world, callback)
    assert (promise.status, promise.due_at.isoformat()) == ("booked", "2020-11-17T09:00:00+00:00")


def test_an_opt_out_during_the_call_is_in_force_at_once_and_on_record(
    world: World, desk: FlaskClient, mine: str
) -> None:
    waiting = talk(world, desk, mine)
    with world.rt.db.begin() as tx:
        number = known(tx, waiting, "75", "11")
    assert "Noted" in press(desk, "opt-out")
    [row] = rows(world, suppression)
    assert (row.number_id, row.scope, row.source) == (number, "all", "agent")
    assert "opt-out-recorded" in {one.action for one in rows(world, access_log)}
    assert "In conversation" in shown(desk)


def test_an_aiding_agent_books_in_the_home_platforms_slots_and_sees_no_others(
    world: World, desk: FlaskClient, mine: str
) -> None:
    waiting = aided(world, desk, mine)
    with world.rt.db.begin() as tx:
        known(tx, waiting, "67", "44")
        home, elsewhere, own = (slot(tx, code, f"visit-{code}") for code in ("67", "68", "75"))
    told = api(world, desk, "GET", "slots").json["items"]
    assert [one["id"] for one in told] == [home]
    page = desk.get("/desk/").text
    assert "visit-67" in page and "visit-68" not in page and "visit-75" not in page
    for other in (elsewhere, own, "slot-none"):
        answer = api(world, desk, "POST", "booking", {"slot": other})
        assert (answer.status_code, answer.json["id"]) == (404, "slot-unknown")
    for _ in range(2):  # twice is once
        assert api(world, desk, "POST", "booking", {"slot": home}).status_code == 200
    [visit] = rows(world, appointment)
    assert (visit.contact_id, visit.slot_id, visit.status) == ("con1", home, "booked")
    assert [row.taken for row in rows(world, appointment_slot) if row.id == home] == [1]


def test_an_aiding_agent_has_all_of_it_only_while_they_hold_the_call(
    world: World, desk: FlaskClient, mine: str
) -> None:
    asked = (
        ("GET", "slots", None),
        ("POST", "booking", {"slot": "slot-67-visit"}),
        ("POST", "callback", {"at": "2020-11-17T10:00:00+01:00"}),
        ("POST", "opt-out", {}),
    )

    def codes() -> list[int]:
        return [api(world, desk, method, path, body).status_code for method, path, body in asked]

    assert codes() == [409] * 4
    waiting = aided(world, desk, mine, meets=False)
    assert codes() == [409] * 4  # taken, and not met yet
    meet(world, mine, waiting)
    with world.rt.db.begin() as tx:
        known(tx, waiting, "67", "44")
        slot(tx, "67", "visit")
    assert codes() == [200] * 4
    press(desk, "hang-up")
    assert codes() == [200] * 4  # while they finish it
    press(desk, "disposition", disposition="reached")
    assert codes() == [409] * 4
    assert "Bas-Rhin" not in shown(desk) and "Camille" not in shown(desk)


@pytest.mark.parametrize(
    "path",
    [
        "appointments", "contacts", "calls", "queue-entries", "agents", "suppressions", "attempts",
        "messages", "imports", "activity-limits",
    ],
)  # fmt: skip
def test_an_aiding_agent_reads_nothing_else_of_that_region_not_even_during_the_call(
    world: World, desk: FlaskClient, mine: str, path: str
) -> None:
    waiting = aided(world, desk, mine)
    with world.rt.db.begin() as tx:
        known(tx, waiting, "67", "44")
    headers = {"Authorization": f"Bearer {create_key(world.rt, 'a@example.org', ('desk',))}"}
    assert desk.get(f"/api/v1/{path}", headers=headers).status_code in (403, 404)
    for page in ("/console/people/", "/console/queues/", "/console/agents/", "/console/limits/"):
        assert desk.get(page).status_code == 403


def test_a_full_slot_and_a_stranger_are_told(world: World, desk: FlaskClient, mine: str) -> None:
    waiting = talk(world, desk, mine)
    with world.rt.db.begin() as tx:
        full = slot(tx, "75", "full", capacity=0)
    assert api(world, desk, "POST", "booking", {"slot": full}).json["id"] == "caller-unlisted"
    with world.rt.db.begin() as tx:
        known(tx, waiting, "75", "11")
    assert api(world, desk, "POST", "booking", {"slot": full}).json["id"] == "slot-full"
    assert "no moment left to give" in shown(desk)


def test_any_request_of_a_desk_says_that_somebody_is_there(
    world: World, desk: FlaskClient, mine: str
) -> None:
    press(desk, "activity", activity="available")
    for ask in (lambda: desk.post("/desk/seen"), lambda: desk.get("/desk/live"), lambda: desk.get("/desk/")):
        world.later(25)
        assert ask().status_code in (200, 204)
        assert routing.lapse_presence(world.rt) == 0
    [row] = rows(world, agent_presence)
    assert row.seen_at == world.rt.machine.now()
    world.later(31)
    assert routing.lapse_presence(world.rt) == 1
    assert "The next call appears here" in shown(desk)  # back in time: ready again


def test_the_line_is_chosen_and_a_telephone_given_on_a_page_of_its_own(
    world: World, desk: FlaskClient, mine: str
) -> None:
    page = desk.get("/desk/line").text
    assert "my own telephone" in page and "None is confirmed yet" in page

    def post(path: str, **fields: str) -> str:
        return desk.post(f"/desk/line{path}", data=fields, follow_redirects=True).text

    assert "Give your number and confirm it" in post("", driver="ring-my-phone")
    assert "not a number that may be called" in post("/telephone", number="abc")
    assert "The code you heard on" in post("/telephone", number="06 39 98 00 42")
    assert "not the code that was spoken" in post("/telephone/confirm", code="12")
    assert "+33639980042" not in desk.get("/desk/line").text
    assert "+33 6 •• •• •• 42" in desk.get("/desk/line").text


def test_the_voice_sdk_is_loaded_only_where_an_administrator_put_it(
    world: World, desk: FlaskClient, mine: str, tmp_path: Path
) -> None:
    assert desk.get("/desk/voice-sdk.js").status_code == 404
    assert api(world, desk, "POST", "token").json["id"] == "softphone-not-configured"
    file = tmp_path / "sdk.js"
    file.write_text("/* theirs */")
    keys = {"twilio_api_key_sid": "SKx", "twilio_api_key_secret": "a secret long enough to sign with it",
            "callsvc_voice_sdk_file": str(file), "callsvc_softphones": "sdk"}  # fmt: skip
    settings = world.rt.settings.model_copy(update=keys)
    world.rt.db.settings = settings
    desk.application.extensions["callsvc"] = type(world.rt)(**(vars(world.rt) | {"settings": settings}))
    page = desk.get("/desk/")
    assert "/desk/voice-sdk.js" in page.text and "softphone.js" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "wss://*.twilio.com" in policy and "script-src 'self';" in policy
    with desk.get("/desk/voice-sdk.js") as answer:
        assert answer.text == "/* theirs */"
    assert api(world, desk, "POST", "token").json["identity"] == "agent-01"
    assert "twilio.com" not in desk.get("/desk/line").headers["Content-Security-Policy"]

"""Slots with room: offered, booked once, never overfilled, given back."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.app import create_app
from callsvc.appointments.cli import slots as command
from callsvc.appointments.service import act_for, change, next_appointment
from callsvc.appointments.slot_files import Applied, apply_slots, read_slots
from callsvc.appointments.slots import slots_offered
from callsvc.appointments.tables import appointment, appointment_slot, reminder
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text
from tests.factories import campaign_file, make_contact, make_country, start_campaign
from tests.webhooks.conftest import Phone

FILE = """
slots:
  - {platform: "67", kind: physical, place: Gare, reason: vaccination, starts_at: 2020-11-17T10:00, capacity: 1}
  - {platform: "67", kind: physical, place: Gare, reason: vaccination, starts_at: 2020-11-18T10:00, capacity: 2}
"""  # noqa: E501 - one line, as in a real file
CSV = """platform;kind;place;reason;starts_at;capacity
67;physical;Gare;vaccination;2020-11-17T10:00;5
"""


@pytest.fixture
def country(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        make_country(tx)
    apply_slots(rt, read_slots(FILE, "slots.yaml"))
    return rt


def taken(rt: Runtime) -> list[int]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(appointment_slot.c.taken).order_by(appointment_slot.c.starts_at))
    return [row.taken for row in rows]


def slot_ids(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(appointment_slot.c.id).order_by(appointment_slot.c.starts_at))
    return [row.id for row in rows]


def somebody(rt: Runtime, number: str = "+33639980001") -> str:
    with rt.db.begin() as tx:
        return make_contact(tx, number)


def act(rt: Runtime, contact_id: str, action: str, slot: str | None = None) -> None:
    with rt.db.begin() as tx:
        act_for(tx, contact_id, action, slot)


def test_a_file_is_applied_once_in_the_time_of_its_platform(country: Runtime) -> None:
    assert apply_slots(country, read_slots(FILE, "slots.yaml")) == Applied(0, 0)
    assert apply_slots(country, read_slots(CSV, "slots.CSV")) == Applied(0, 1)
    with country.db.read() as tx:
        first = tx.first(sa.select(appointment_slot).order_by(appointment_slot.c.starts_at))
    assert first is not None and first.starts_at.hour == 9 and first.capacity == 5  # Paris, in winter


@pytest.mark.parametrize(
    ("text", "name", "error"),
    [
        ("slots: [{platform: '67'}]", "a.yaml", Invalid),
        ("- 1", "a.yaml", Invalid),
        ("{", "a.yaml", Invalid),
        (CSV.replace("2020-11-17T10:00", "demain"), "a.csv", Invalid),
        (CSV.replace("67;", "00;"), "a.csv", NotFound),
    ],
)
def test_a_wrong_file_changes_nothing(country: Runtime, text: str, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        apply_slots(country, read_slots(text, name))
    assert len(slot_ids(country)) == 2


def test_a_place_is_booked_with_its_reminders_moved_and_given_back(country: Runtime) -> None:
    person, (first, second) = somebody(country), slot_ids(country)
    act(country, person, "book", first)
    assert taken(country) == [1, 0]
    with country.db.read() as tx:
        visit = next_appointment(tx, person)
        assert visit is not None
        assert (visit.kind, visit.place, visit.reason, visit.slot_id) == (
            "physical",
            "Gare",
            "vaccination",
            first,
        )
        assert len(tx.all(sa.select(reminder))) == 1  # a day before is past already
    act(country, person, "book", second)
    assert taken(country) == [0, 1]
    with country.db.read() as tx:
        assert len(tx.all(sa.select(appointment))) == 1
    act(country, person, "cancel")
    act(country, person, "cancel")
    assert taken(country) == [0, 0]


def test_giving_a_place_back_twice_is_once(country: Runtime) -> None:
    person = somebody(country)
    act(country, person, "book", slot_ids(country)[1])
    act(country, somebody(country, "+33639980002"), "book", slot_ids(country)[1])
    with country.db.begin() as tx:
        visit = next_appointment(tx, person)
        assert visit is not None
        change(tx, visit, "cancel")
        change(tx, visit, "cancel")
    assert taken(country) == [0, 1]


def test_places_are_never_fewer_than_the_people_who_have_one(country: Runtime) -> None:
    act(country, somebody(country), "book", slot_ids(country)[0])
    with pytest.raises(Conflict, match="slot-overbooked"):
        apply_slots(country, read_slots(FILE.replace("capacity: 1", "capacity: 0"), "a.yaml"))


def test_what_is_full_or_too_soon_is_not_offered(country: Runtime) -> None:
    act(country, somebody(country), "book", slot_ids(country)[0])
    asked = {"platform_code": "67", "reason": "vaccination"}
    with country.db.read() as tx:
        assert [row.id for row in slots_offered(tx, **asked) or ()] == slot_ids(country)[1:]
        assert slots_offered(tx, platform_code="67", reason="other") is None
    country.clock.advance(2 * 86400 - 1800)  # type: ignore[attr-defined]
    with country.db.read() as tx:
        assert slots_offered(tx, **asked) == []


def test_twenty_people_at_once_share_one_place_and_one_gets_it(country: Runtime) -> None:
    first = slot_ids(country)[0]
    people = [somebody(country, f"+336399801{place:02d}") for place in range(20)]
    gate = threading.Barrier(5)

    def take(person: str) -> None:
        with suppress(threading.BrokenBarrierError):
            gate.wait(5)
        act(country, person, "book", first)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(take, people))
    assert taken(country) == [1, 0]
    with country.db.read() as tx:
        held = tx.all(sa.select(appointment.c.id).where(appointment.c.slot_id == first))
    assert len(held) == 1


def _ring(rt: Runtime, phone: Phone, birth_year: str = "1980") -> tuple[str, str]:
    """Answer, say who one is, and hear the moments; the leg and what was said last."""
    leg_id = phone.ring()
    phone.voice(leg_id, 0, CallSid=_sid(rt, leg_id), AnsweredBy="human")
    phone.voice(leg_id, 1, Digits="1")
    said = phone.voice(leg_id, 2, Digits=birth_year)
    return leg_id, " ".join(each.text or "" for each in said.iter("Say"))


def _sid(rt: Runtime, leg_id: str) -> str:
    carrier: Any = rt.carrier
    return str(next(sid for sid, order in carrier.orders.items() if leg_id in order.answer_url))


@pytest.fixture
def calling(rt: Runtime) -> tuple[Runtime, Phone]:
    """A campaign that invites two people to one slot with one place, and no other."""
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, flow_text("vaccination"), "test")
    only = FILE.replace("capacity: 2", "capacity: 0")
    apply_slots(rt, read_slots(only, "slots.yaml"))
    file = campaign_file(
        flow="vaccination", purpose="vaccination", pacing={"calls_per_second": 1, "most_live": 1}
    )
    start_campaign(rt, "+33639980001", "+33639980002", file=file)
    return rt, Phone(create_app(rt).test_client(), rt)


def test_who_comes_second_hears_that_the_moment_is_gone(calling: tuple[Runtime, Phone]) -> None:
    rt, phone = calling
    first, said = _ring(rt, phone)
    assert "mardi 17 novembre à 10 heures, Gare" in said
    act(rt, somebody(rt, "+33639980077"), "book", slot_ids(rt)[0])
    phone.voice(first, 3, Digits="1")
    with rt.db.read() as tx:
        row = tx.first(sa.select(flow_session))
        assert row is not None
        path = rt.db.keyring.decrypt_json(row.state, f"flow_session:{row.id}")["path"]
    assert ["times", "on_taken", "taken"] in path and taken(rt) == [1, 0]


def test_a_key_that_comes_twice_books_once(calling: tuple[Runtime, Phone]) -> None:
    rt, phone = calling
    leg_id, _ = _ring(rt, phone)
    answers = {phone.post(f"/webhooks/voice/{leg_id}/3", _pressed(rt, leg_id)).text for _ in range(3)}
    assert len(answers) == 1 and taken(rt) == [1, 0]
    with rt.db.read() as tx:
        assert len(tx.all(sa.select(appointment))) == 1
        assert tx.scalar(sa.select(flow_session.c.outcome)) == "appointment-booked"


def _pressed(rt: Runtime, leg_id: str) -> dict[str, str]:
    return {"CallSid": _sid(rt, leg_id), "Digits": "1"}


def test_the_command_adds_and_lists(country: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text(CSV.replace("17T10", "19T10"), "utf-8")
    run = CliRunner()
    assert run.invoke(command, ["apply", str(path)], obj=lambda: country).output == "1 added, 0 changed\n"
    told = run.invoke(command, ["list", "--platform", "67", "--format", "json"], obj=lambda: country)
    assert [row["capacity"] for row in json.loads(told.output)] == [1, 2, 5]

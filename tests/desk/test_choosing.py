"""What somebody tells an agent about when, how and in which language we contact them, noted at the desk."""

from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.tables import access_log
from callsvc.calls.tables import call
from callsvc.contacts.numbers import store_number
from callsvc.contacts.preferences import NONE, Preferences, parts_of, preferences_of
from callsvc.contacts.tables import contact_number, preference
from tests.desk.test_life import aided, api, known, meet, rows
from tests.desk.test_pages import desk, mine, press, shown, talk, world
from tests.desk.test_work import on_sms
from tests.routing.world import Waiting, World

__all__ = ["desk", "mine", "on_sms", "world"]

WISH = {"hours": ["morning", "evening"], "channel": "sms", "language": "en"}
HELD = (["morning", "evening"], "sms", "en")


def held(world: World, number_id: str) -> tuple[list[str], str, str]:
    with world.rt.db.read() as tx:
        found: Preferences = preferences_of(tx, [number_id]).get(number_id, NONE)
    return parts_of(found.hours), found.channel, found.language


def listed(world: World, waiting: Waiting, *, direction: str) -> tuple[str, str]:
    """A person of Bas-Rhin speaks on the first of these numbers, and has the second before it."""
    with world.rt.db.begin() as tx:
        spoken = known(tx, waiting, "67", "44")
        other = store_number(
            tx, "+33639980056", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
        )
        for rank, number_id in enumerate((other, spoken), start=1):
            tx.insert(contact_number, contact_id="con1", number_id=number_id, rank=rank)
        tx.update(call, call.c.id == waiting.call_id, direction=direction)
    return spoken, other


def put(world: World, desk: FlaskClient, body: Any) -> Any:
    return api(world, desk, "PUT", "choices", body)


def test_an_aiding_agent_notes_what_the_person_they_talk_to_chooses_for_all_their_numbers(
    world: World, desk: FlaskClient, mine: str
) -> None:
    waiting = aided(world, desk, mine)
    spoken, other = listed(world, waiting, direction="outbound")
    answer = put(world, desk, WISH | {"this_number_first": True})
    assert answer.json == {"changed": ["hours", "channel", "language", "number"]}
    assert held(world, spoken) == held(world, other) == HELD
    assert {(row.source, row.evidence) for row in rows(world, preference)} == {("agent", waiting.leg_id)}
    ranks = {row.number_id: row.rank for row in rows(world, contact_number)}
    assert ranks[spoken] < ranks[other]
    assert api(world, desk, "GET", "choices").json == WISH
    assert put(world, desk, {}).json == {"changed": ["hours", "channel", "language"]}
    assert held(world, spoken) == held(world, other) == ([], "", "")
    noted = [row for row in rows(world, access_log) if row.action == "choices-recorded"]
    assert [row.subject for row in noted] == [waiting.call_id] * 2


def test_of_whoever_calls_us_only_the_number_is_sure_and_chosen_for(
    world: World, desk: FlaskClient, mine: str
) -> None:
    waiting = aided(world, desk, mine)
    spoken, other = listed(world, waiting, direction="inbound")
    assert put(world, desk, WISH).status_code == 200
    assert (held(world, spoken), held(world, other)) == (HELD, ([], "", ""))


def test_choices_are_noted_and_seen_only_while_the_agent_holds_the_conversation_or_finishes_it(
    world: World, desk: FlaskClient, mine: str
) -> None:
    def ids() -> list[str]:
        told = [put(world, desk, WISH), api(world, desk, "GET", "choices")]
        return [answer.json.get("id", "") for answer in told]

    assert ids() == ["no-call"] * 2
    waiting = aided(world, desk, mine, meets=False)
    assert ids() == ["no-call"] * 2  # taken, and not met yet
    meet(world, mine, waiting)
    assert ids() == ["no-number"] * 2  # the caller hid it
    with world.rt.db.begin() as tx:
        known(tx, waiting, "67", "44")
    press(desk, "hang-up")
    assert ids() == [""] * 2
    press(desk, "disposition", disposition="reached")
    assert ids() == ["no-call"] * 2


def test_what_is_no_choice_is_refused_and_changes_nothing(world: World, desk: FlaskClient, mine: str) -> None:
    waiting = talk(world, desk, mine)
    assert "They would rather be called" not in shown(desk)  # no number to note it for
    with world.rt.db.begin() as tx:
        known(tx, waiting, "75", "11")
    for wrong in ({"hours": ["night"]}, {"channel": "fax"}, {"language": "english"}, {"first_number": "n"}):
        assert put(world, desk, wrong).status_code == 422
    assert "One of these choices does not exist" in press(desk, "choices", channel="fax")
    assert rows(world, preference) == []


def test_the_form_on_the_desk_begins_with_what_holds_and_takes_it_back(
    world: World, desk: FlaskClient, mine: str
) -> None:
    waiting = talk(world, desk, mine)
    with world.rt.db.begin() as tx:
        number = known(tx, waiting, "75", "11")
    assert "Their choices hold from now on" in press(
        desk, "choices", hours="evening", channel="sms", speech="ar"
    )
    assert held(world, number) == (["evening"], "sms", "ar")
    press(desk, "hang-up")
    page = desk.get("/desk/").text
    for begun in ('value="evening" checked', 'value="sms" selected', 'value="ar" lang="ar" selected'):
        assert begun in page
    press(desk, "choices", speech="ar")
    assert held(world, number) == ([], "", "ar")


def test_choices_are_noted_in_a_conversation_by_sms_for_the_number_that_writes(
    world: World, desk: FlaskClient, on_sms: str
) -> None:
    press(desk, "activity", activity="available")
    world.writes("Plutôt le soir, par SMS", region="11", platform="75")
    entry_id = world.reservation_of(on_sms).entry_id
    press(desk, f"offers/{world.reservation_of(on_sms).id}/accept")
    press(desk, "choices", hours="evening", channel="sms")
    kept = rows(world, preference)
    assert {(row.source, row.evidence) for row in kept} == {("agent", entry_id)}
    assert held(world, kept[0].number_id) == (["evening"], "sms", "")
    assert 'value="evening" checked' in desk.get("/desk/").text
    log = world.rows(sa.select(access_log).where(access_log.c.action == "choices-recorded"))
    assert [row.subject for row in log] == [entry_id]
    press(desk, "work/close", disposition="reached")
    assert put(world, desk, WISH).json["id"] == "no-call"

"""Somebody is searched for and found, read on record, and helped; nothing of theirs stands in an address."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.tables import access_log
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import find_number
from callsvc.contacts.preferences import parts_of, preferences_of
from callsvc.contacts.suppressions import suppressions_of
from callsvc.contacts.tables import contact, contact_number, tracing_case
from callsvc.dialing.standing import CALLBACKS
from callsvc.dialing.tables import callback
from callsvc.people.tables import people_search
from callsvc.runtime import Runtime
from tests.app.conftest import form_token
from tests.factories import advance
from tests.people.world import LOCAL, NUMBER, OTHER, TEXT

Enter = Callable[..., FlaskClient]
PAGE = "/console/people/"
PERSONAL = ("Goff", "goff", "Zo", NUMBER[3:], "39 98", "1278", TEXT)


def search(client: FlaskClient, **said: str) -> tuple[str, str]:
    """The address and the text of the answer."""
    token = form_token(client, PAGE)
    answer = client.post(PAGE, data={"csrf_token": token, **said})
    if answer.status_code != 302:
        return "", answer.text
    return answer.location, client.get(answer.location).text


def act(client: FlaskClient, person: str, what: str, **said: Any) -> str:
    token = form_token(client, PAGE)
    return client.post(
        f"{PAGE}{person}/{what}", data={"csrf_token": token, **said}, follow_redirects=True
    ).text


def log(rt: Runtime, action: str) -> list[tuple[str, dict[str, object]]]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(access_log).where(access_log.c.action == action).order_by(access_log.c.id))
        return [(row.subject, row.details) for row in rows]


def test_a_person_is_found_and_the_address_names_nobody(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    for said in (
        {"name": "legof zoe"},
        {"number": "06.39.98.12.78", "name": "Zoé"},
        {"last_digits": "1278", "name": "zoe"},
    ):
        address, text = search(client, **said)
        assert ids["known"] in text and "Zoé Le Goff" in text and "+33 6 •• •• •• 78" in text
        assert not any(one in address for one in PERSONAL)
    with rt.db.read() as tx:
        assert not any(
            one.encode() in row.asked for row in tx.all(sa.select(people_search)) for one in PERSONAL
        )


def test_whoever_is_found_is_shown_with_why_they_wait(
    enter: Enter, ids: dict[str, str], rt: Runtime, app: object, key: dict[str, str]
) -> None:
    said = "Not called yet: they chose other hours for our calls and it is outside the hours"
    advance(rt, 11 * 3600)  # 21:00 in Paris
    _, text = search(enter(), name="legof zoé")
    assert said in text
    client: FlaskClient = app.test_client()  # type: ignore[attr-defined]
    answer = client.post("/api/v1/contacts/search", json={"name": "legof zoé"}, headers=key)
    assert [one["why"][0].startswith(said) for one in answer.json["items"]] == [True]  # type: ignore[index]


def test_the_page_of_a_case_leads_to_its_contacts(enter: Enter, ids: dict[str, str], rt: Runtime) -> None:
    with rt.db.begin() as tx:
        told = {"reference": "ZQ 2020-118", "platform_code": "67", "reported_at": tx.now}
        tx.insert(tracing_case, id="case-1", **told)
        tx.update(contact, contact.c.id == ids["known"], case_id="case-1")
    client = enter()
    page = client.get("/console/cases/case-1").text
    [reference] = re.findall(r'action="/console/people/">.*?name="case" value="([^"]+)"', page, re.DOTALL)
    _, text = search(client, case=reference)
    assert "Zoé Le Goff" in text and "Yann" not in text


def test_every_search_and_everybody_it_shows_are_on_record(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    address, _ = search(enter(), name="goff", last_digits="1278")
    assert log(rt, "people-searched") == [
        (
            address.rpartition("/")[2],
            {"by": ["name", "last_digits"], "found": 2, "too_many": False, "page": 1},
        )
    ]
    assert {subject for subject, _ in log(rt, "contact-read")} == {ids["known"], ids["kin"]}
    enter().get(f"{PAGE}{ids['known']}")
    assert len(log(rt, "contact-read")) == 3


def test_a_search_is_its_authors_alone_and_over_after_half_an_hour(enter: Enter, rt: Runtime) -> None:
    client = enter()
    address, _ = search(client, name="goff")
    assert enter(LOCAL).get(address).status_code == 404
    advance(rt, timedelta(minutes=14).total_seconds())
    assert client.get(address).status_code == 200
    advance(rt, timedelta(minutes=17).total_seconds())
    assert enter().get(address).status_code == 404


def test_nobody_of_another_region_is_found_or_shown(enter: Enter, ids: dict[str, str]) -> None:
    client = enter(LOCAL)
    _, text = search(client, name="zoe")
    assert ids["known"] in text and ids["far"] not in text
    assert client.get(f"{PAGE}{ids['far']}").status_code == 404
    assert client.get(f"{PAGE}{ids['far']}/live").status_code == 404
    assert "person-unknown" in act(client, ids["far"], "opt-out", scope="all")


def test_what_cannot_be_a_search_is_said_by_field(enter: Enter) -> None:
    client = enter()
    for said, sentence in (
        ({}, "Say at least one thing"),
        ({"name": "12"}, "A name is made of letters"),
        ({"number": "12"}, "not a whole telephone number"),
        ({"last_digits": "12"}, "Four digits are needed"),
    ):
        assert sentence in search(client, **said)[1], said
    assert "Nobody of your regions answers this" in search(client, name="Nguyen")[1]


def test_too_many_people_are_not_listed(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsvc.contacts.searching.finding.MOST_OPENED", 1)
    _, text = search(enter(), name="goff")
    assert "Too many people answer this" in text and "Le Goff" not in text


def test_the_timeline_tells_all_that_happened_and_what_is_to_come(enter: Enter, ids: dict[str, str]) -> None:
    text = enter().get(f"{PAGE}{ids['known']}").text
    for said in (
        "Zoé Le Goff", "1957", "others who have it: 1", "We called", "no answer", "ringing (callback)",
        "Webhook status: sequence 1, status ringing", "Waited for an agent (tracing)", "Offered to 2 agents",
        "Nobody is free in Grand Est.", "We wrote an SMS", "delivered", "agreed with them",
        "on the spot",
        "Reminder: due", "No more SMS", "Prefers calls: in the morning", "Known since they called", "to come",
        "Not called yet", ids["kin"], "Webhook message: status delivered", "Announced call",
        "20 minutes from then on", "passed without a call", "Evidence: message-0",
        "A lift was asked for: The person wrote START.",
    ):  # fmt: skip
        assert said in text, said
    assert TEXT not in text


def test_the_live_part_holds_no_name_no_number_and_no_text(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    before = len(log(rt, "contact-read"))
    text = client.get(f"{PAGE}{ids['known']}/live").text
    assert "We called" in text and not any(one in text for one in PERSONAL)
    assert len(log(rt, "contact-read")) == before


def test_what_an_sms_says_is_shown_when_asked_and_on_record(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    assert TEXT in act(client, ids["known"], "messages/message-1")
    assert log(rt, "message-read") == [("message-1", {})]
    assert "message-unknown" in act(client, ids["kin"], "messages/message-1")


def test_whoever_says_stop_is_silenced_on_all_numbers(enter: Enter, ids: dict[str, str], rt: Runtime) -> None:
    client = enter()
    assert "Their wish is in force" in act(
        client, ids["known"], "opt-out", scope="purpose", purpose="contact-tracing"
    )
    with rt.db.read() as tx:
        for number in (NUMBER, OTHER):
            held = suppressions_of(tx, find_number(tx, number) or "")
            assert ("purpose", "contact-tracing") in [(one.scope, one.purpose) for one in held]
    assert "Name the purpose" in act(client, ids["known"], "opt-out", scope="purpose")
    assert (
        "Will not be called: the person asked not to be contacted" in client.get(f"{PAGE}{ids['known']}").text
    )
    assert log(rt, "person-opted-out") == [(ids["known"], {"scope": "purpose", "new": 2})]


def test_what_forbids_contact_ends_when_one_asks_and_another_decides(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    act(client, ids["kin"], "opt-out", scope="all")
    page = client.get(f"{PAGE}{ids['kin']}").text
    [entry] = re.findall(r'<option value="(\w+)">No contact at all', page)
    reason = "Asked in writing to be called again."
    assert "At least 10" in act(client, ids["kin"], "lift-wishes", entry=entry, reason="Asked")
    assert "without a phone number" in act(
        client, ids["kin"], "lift-wishes", entry=entry, reason="Call 06 39 98 12 78"
    )
    assert "suppression-unknown" in act(client, ids["kin"], "lift-wishes", entry="sup0", reason=reason)
    assert "Another person decides" in act(client, ids["kin"], "lift-wishes", entry=entry, reason=reason)
    assert "lift-needs-another" in act(client, "lifts", f"{entry}/lift")
    other = enter(LOCAL)
    listed = other.get(f"{PAGE}lifts").text
    assert reason in listed and "Chief" in listed and f"{PAGE}{ids['kin']}" in listed
    assert "the person, by SMS" in listed  # who wrote START
    assert "It does not hold any more" in act(other, "lifts", f"{entry}/lift")
    with rt.db.read() as tx:
        held = [one.scope for one in suppressions_of(tx, find_number(tx, NUMBER) or "")]
        assert "all" not in held
    assert re.search(r"Lifts to decide\s*<span[^>]*>1<", other.get(PAGE).text)
    [started] = re.findall(r"/lifts/(\w+)/refuse", other.get(f"{PAGE}lifts").text)
    assert "It holds as before" in act(other, "lifts", f"{started}/refuse")
    assert "Nothing waits for a decision" in other.get(f"{PAGE}lifts").text


def test_what_somebody_chooses_is_noted_for_all_their_numbers_and_taken_back(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    hours = ["morning", "evening"]
    with rt.db.read() as tx:
        first, other = find_number(tx, NUMBER) or "", find_number(tx, OTHER) or ""
    wish: dict[str, Any] = {"hours": hours, "channel": "sms", "speech": "en", "first_number": other}
    page = act(client, ids["known"], "choices", **wish)
    assert "Their choices hold from now on" in page
    assert page.count("Prefers calls: in the morning, in the evening") >= 2  # at each of their numbers
    assert page.index("•• 79") < page.index("•• 78")  # the number to call first
    with rt.db.read() as tx:
        for held in preferences_of(tx, [first, other]).values():
            assert (parts_of(held.hours), held.channel, held.language) == (hours, "sms", "en")
            assert set(held.source.values()) == {"console"}
    act(client, ids["known"], "choices")
    with rt.db.read() as tx:
        assert preferences_of(tx, [first, other]) == {}
    assert "This choice does not exist" in act(client, ids["known"], "choices", channel="fax")
    assert "number-unknown" in act(client, ids["known"], "choices", first_number="num99")
    assert [details["changed"] for _, details in log(rt, "person-choices-noted")] == [
        ["hours", "channel", "language", "number"],
        ["hours", "channel", "language"],
    ]


def test_a_number_is_added_corrected_and_found(enter: Enter, ids: dict[str, str], rt: Runtime) -> None:
    client = enter()
    with rt.db.read() as tx:
        old = find_number(tx, NUMBER) or ""
    assert "The number is noted" in act(
        client, ids["known"], "numbers", number="06 39 98 55 55", instead_of=old
    )
    assert ids["known"] in search(client, last_digits="5555")[1]
    text = client.get(f"{PAGE}{ids['known']}").text
    assert "not theirs any more" in text
    with rt.db.read() as tx:
        ranks = tx.all(sa.select(contact_number).where(contact_number.c.contact_id == ids["kin"]))
        assert [row.unworkable_since for row in ranks] == [None]
    assert "not one number that may be called" in act(client, ids["known"], "numbers", number="12")
    assert "number-unknown" in act(client, ids["known"], "numbers", number="0639985556", instead_of="num99")


def test_a_person_is_put_in_front_put_into_a_campaign_and_called_back(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    with rt.db.begin() as tx:
        mine = campaign_contact.c.contact_id == ids["known"]
        tx.update(campaign_contact, mine, status="done", outcome="not-reached", outcome_at=tx.now)
        place_id = tx.scalar(sa.select(campaign_contact.c.id).where(mine))
    assert "They are called as soon as they may be" in act(client, ids["known"], f"places/{place_id}/first")
    assert [(row.status, row.outcome) for row in _places(rt, ids["known"])] == [("waiting", None)]
    assert "campaign-contact-unknown" in act(client, ids["kin"], f"places/{place_id}/first")
    assert "in the campaign already" in act(client, ids["known"], "campaigns", campaign_id="tracing")
    with rt.db.read() as tx:
        number_id = find_number(tx, NUMBER) or ""
    booked = act(client, ids["known"], "callbacks", day="2020-11-16", time="14:30", number_id=number_id)
    assert re.search(r"They are called back: .*14:30", booked)
    assert "This moment has passed" in act(
        client, ids["known"], "callbacks", day="2020-11-15", time="14:30", number_id=number_id
    )
    assert len(list(_places(rt, ids["known"]))) == 2


def test_a_callback_booked_during_a_call_is_a_promise_on_record(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    client = enter()
    with rt.db.read() as tx:
        number_id = find_number(tx, OTHER) or ""
    for time in ("14:30", "16:00"):
        act(client, ids["known"], "callbacks", day="2020-11-16", time=time, number_id=number_id)
        standing = campaign_contact.c.campaign_id == CALLBACKS
        with rt.db.begin() as tx:  # they are being called just then: nothing may call them a second time
            assert tx.scalar(sa.select(campaign_contact.c.status).where(standing)) == "done"
            tx.update(campaign_contact, standing, status="trying")
    with rt.db.read() as tx:
        booked = tx.all(sa.select(callback).where(callback.c.number_id == number_id).order_by(callback.c.id))
    assert [row.status for row in booked] == ["canceled", "booked"]
    assert booked[1].region_code == "44" and booked[1].due_at.isoformat() == "2020-11-16T15:00:00+00:00"
    assert client.get(f"{PAGE}{ids['known']}").text.count("agreed with them") == 3  # and one of long ago


def test_a_place_in_a_campaign_of_another_region_hides_nobody(
    enter: Enter, ids: dict[str, str], rt: Runtime
) -> None:
    with rt.db.begin() as tx:
        mine = campaign_contact.c.contact_id == ids["known"]
        tx.update(campaign_contact, mine, region_code="11", platform_code="75", status="waiting")
    page = enter(LOCAL).get(f"{PAGE}{ids['known']}")
    assert page.status_code == 200 and "Zoé Le Goff" in page.text


def _places(rt: Runtime, contact_id: str) -> Iterator[Any]:
    with rt.db.read() as tx:
        yield from tx.all(sa.select(campaign_contact).where(campaign_contact.c.contact_id == contact_id))


def test_neither_a_log_nor_redis_nor_an_address_learns_who_was_looked_for(
    enter: Enter, ids: dict[str, str], rt: Runtime, capfd: pytest.CaptureFixture[str]
) -> None:
    client = enter()
    address, _ = search(client, name="legof zoé", number="06 39 98 12 78", last_digits="1278")
    client.get(f"{PAGE}{ids['known']}")
    act(client, ids["known"], "messages/message-1")
    act(client, ids["known"], "numbers", number="06 39 98 55 55")
    act(client, ids["known"], "opt-out", scope="all")
    told = capfd.readouterr()
    held = f"{rt.jobs.held} {rt.db.changes.published}"  # type: ignore[attr-defined]
    with rt.db.read() as tx:
        logged = " ".join(f"{row.subject} {row.details}" for row in tx.all(sa.select(access_log)))
    for said in (told.out, told.err, held, address, logged):
        assert not [one for one in (*PERSONAL, "legof", "5555") if one in said], said


def test_programs_search_in_a_body_and_read_the_same_timeline(
    app: object, key: dict[str, str], ids: dict[str, str], rt: Runtime
) -> None:
    client: FlaskClient = app.test_client()  # type: ignore[attr-defined]
    answer = client.post(
        "/api/v1/contacts/search", json={"name": "legoff", "last_digits": "1278"}, headers=key
    )
    assert [one["id"] for one in answer.json["items"]] == [ids["kin"], ids["known"]]  # type: ignore[index]
    assert client.post("/api/v1/contacts/search", json={}, headers=key).json["id"] == "search-empty"  # type: ignore[index]
    told = client.get(f"/api/v1/contacts/{ids['known']}/timeline", headers=key)
    kinds = {one["kind"] for one in told.json["entries"]}  # type: ignore[index]
    assert kinds >= {
        "call",
        "message",
        "callback",
        "appointment",
        "suppression",
        "preference",
        "queue",
        "decision",
    }
    assert not any(one in told.text for one in PERSONAL)
    assert len(log(rt, "people-searched")) == 1 and log(rt, "contact-read")[-1][0] == ids["known"]


def test_programs_note_what_somebody_chooses(
    app: object, key: dict[str, str], ids: dict[str, str], rt: Runtime
) -> None:
    client: FlaskClient = app.test_client()  # type: ignore[attr-defined]
    address = f"/api/v1/contacts/{ids['known']}/choices"
    for changed in (["hours"], []):
        answer = client.put(address, json={"hours": ["evening"]}, headers=key)
        assert answer.json == {"changed": changed}
    assert client.put(address, json={"hours": ["night"]}, headers=key).status_code == 422

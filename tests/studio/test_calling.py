"""Call me now: a real call through the ordinary claim, which no figure counts."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.accounts.tables import access_log
from callsvc.appointments.service import book
from callsvc.appointments.tables import appointment
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg, live_call
from callsvc.campaigns.service import add_contacts, apply_campaign
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import contact, tracing_case
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.flows.service import newest_version, publish, session_of, session_state
from callsvc.flows.tables import flow_step_count, flow_trial, flow_version
from callsvc.metrics.tables import metric_event
from callsvc.runtime import Runtime
from callsvc.studio.counting import count_paths
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.voice import take_turn
from ivr_flows.library import flow_text
from tests.factories import campaign_file, make_contact

from .conftest import PASSWORD, TEXT, Visitor, form_of
from .test_counting import PLACES, places

CALL = "/console/flows/callback/call"
DRAFT = "/console/flows/callback/draft"
MINE = "06 39 98 00 17"


@pytest.fixture
def ana(rt: Runtime, visit: Visitor, version: str) -> FlaskClient:
    places(rt)
    return visit("ana")


def ask(client: FlaskClient, number: str = MINE, **sent: object) -> TestResponse:
    return client.post(
        CALL, data=form_of(client, CALL, number=number, platform=PLACES[0][1], language="fr", **sent)
    )


def legs(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        return [row.id for row in tx.all(sa.select(leg.c.id).order_by(leg.c.planned_at, leg.c.id))]


def test_the_call_is_placed_by_the_ordinary_claim(rt: Runtime, ana: FlaskClient) -> None:
    assert ask(ana).status_code == 302
    (leg_id,) = legs(rt)
    place_attempts(rt, [leg_id])
    (order,) = rt.carrier.orders.values()  # type: ignore[attr-defined]
    assert order.to == "+33639980017"
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(live_call.c.attempt_id)) == leg_id
    busy = ask(ana)
    assert busy.status_code == 422 and "un autre appel" in busy.text


def test_when_it_is_over_nothing_counts_it_and_nobody_calls_again(rt: Runtime, ana: FlaskClient) -> None:
    ask(ana)
    (leg_id,) = legs(rt)
    place_attempts(rt, [leg_id])
    with rt.db.begin() as tx:
        record_status(tx, leg_id, News(status="no-answer", at=tx.now, source="callback"))
    with rt.db.read() as tx:
        assert tx.all(sa.select(metric_event)) == []
        assert tx.first(sa.select(live_call)) is None
        assert tx.scalar(sa.select(campaign_contact.c.status)) == "done"
    rt.clock.advance(7200)  # type: ignore[attr-defined]
    assert plan_calls(rt) == 0 and count_paths(rt) == 0
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(campaign.c.state)) == "completed"
    assert "sans réponse" in ana.get(CALL).text
    assert ask(ana).status_code == 302 and len(legs(rt)) == 2


def test_a_draft_is_called_with_and_stays_a_draft(rt: Runtime, ana: FlaskClient, version: str) -> None:
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=TEXT.replace("Merci et au revoir.", "Au revoir.")))
    ask(ana)
    with rt.db.read() as tx:
        assert newest_version(tx, "callback") == version
        kept = tx.scalar(
            sa.select(flow_version.c.source).join(campaign, campaign.c.flow_version == flow_version.c.version)
        )
    assert "Au revoir." in kept
    assert "flow-trial" not in ana.get("/console/flows/").text + ana.get("/console/campaigns/").text
    page = ana.get("/console/flows/callback").text
    assert len(set(re.findall(r"versions/([^/\"]+)", page))) == 1


@pytest.mark.parametrize(
    ("number", "why"),
    [("12", "Type one number"), ("0639980017 0639980018", "Type one number"), ("", "champ")],
)
def test_what_is_no_number_is_refused(rt: Runtime, ana: FlaskClient, number: str, why: str) -> None:
    answer = ask(ana, number)
    assert answer.status_code == 422 and legs(rt) == []


def test_whoever_said_stop_is_not_called_to_try_a_flow(rt: Runtime, ana: FlaskClient) -> None:
    ask(ana)
    place_attempts(rt, legs(rt))
    with rt.db.begin() as tx:
        record_status(tx, tx.scalar(sa.select(leg.c.id)), News(status="busy", at=tx.now, source="callback"))
        number_id = find_number(tx, "+33639980017")
        assert number_id is not None
        suppress(tx, number_id, "all", purpose="", source="key", evidence="x")
    answer = ask(ana)
    assert answer.status_code == 422 and "ne pas être appelée" in answer.text


def test_nobody_is_called_at_night(rt: Runtime, ana: FlaskClient) -> None:
    rt.clock.advance(14 * 3600)  # type: ignore[attr-defined]
    answer = ask(ana)
    assert answer.status_code == 422 and "heures" in answer.text and legs(rt) == []


def test_whoever_answers_hears_the_draft(rt: Runtime, ana: FlaskClient) -> None:
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=TEXT.replace("Merci et au revoir.", "À demain.")))
    ask(ana)
    (leg_id,) = legs(rt)
    place_attempts(rt, [leg_id])
    (sid,) = rt.carrier.orders  # type: ignore[attr-defined]
    asked = take_turn(rt, leg_id, 0, CarrierRequest({"CallSid": sid, "AnsweredBy": "human"}))
    assert "tapez 1" in asked
    assert "À demain." in take_turn(rt, leg_id, 1, CarrierRequest({"CallSid": sid, "Digits": "2"}))
    with rt.db.begin() as tx:
        record_status(tx, leg_id, News(status="completed", at=tx.now, source="callback", duration_s=9))
    count_paths(rt)
    with rt.db.read() as tx:
        assert tx.all(sa.select(metric_event)) == [] and tx.all(sa.select(flow_step_count)) == []


def somebody(rt: Runtime, region: str = "11", platform: str = "75") -> tuple[str, str]:
    """A real campaign with one real person in it: the place and the contact."""
    with rt.db.begin() as tx:
        publish(tx, flow_text("appointment-reminder"), "library")
    file = campaign_file(id="reminders", flow="appointment-reminder", purpose="appointments")
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        contact_id = make_contact(
            tx, "+33639980099", region_code=region, platform_code=platform, language="en", birth_year=1971
        )
        book(
            tx, contact_id=contact_id, kind="phone", place="", reason="test",
            starts_at=tx.now + timedelta(days=2),
        )  # fmt: skip
        add_contacts(tx, "reminders", [contact_id])
        place_id = tx.scalar(sa.select(campaign_contact.c.id))
    return place_id, contact_id


@pytest.mark.parametrize("who", ["the place", "any", ""])
def test_the_flow_speaks_with_the_data_of_a_row_and_their_number_is_not_called(
    rt: Runtime, ana: FlaskClient, who: str
) -> None:
    place_id, contact_id = somebody(rt)
    wish = place_id if who == "the place" else who
    call = "/console/flows/appointment-reminder/call"
    sent = form_of(ana, call, number=MINE, platform=PLACES[0][1], campaign="reminders", who=wish)
    assert ana.post(call, data=sent).status_code == 302
    (leg_id,) = legs(rt)
    place_attempts(rt, [leg_id])
    ((sid, order),) = rt.carrier.orders.items()  # type: ignore[attr-defined]
    assert order.to == "+33639980017"
    said = take_turn(rt, leg_id, 0, CarrierRequest({"CallSid": sid, "AnsweredBy": "human"}))
    assert f"Essai {contact_id}" in said and "en-GB" in said
    with rt.db.begin() as tx:
        read = tx.all(sa.select(access_log.c.subject).where(access_log.c.action == "contact-read"))
        session = session_of(tx, leg_id)
        assert session is not None
        facts = session_state(tx, session)["facts"]
        trial = tx.first(sa.select(contact).where(contact.c.id != contact_id))
        assert trial is not None
        sealed = rt.db.keyring.decrypt_json(trial.person, f"contact:{trial.id}")
    assert [row.subject for row in read] == [contact_id]
    assert facts["contact.birth_year"] == 1971 and "Wednesday 18 November" in facts["appointment.when"]["en"]
    assert "Essai" not in str(sealed)


def test_what_is_pressed_in_a_trial_leaves_the_persons_visit_alone(rt: Runtime, ana: FlaskClient) -> None:
    somebody(rt)
    call = "/console/flows/appointment-reminder/call"
    ana.post(
        call, data=form_of(ana, call, number=MINE, platform=PLACES[0][1], campaign="reminders", who="any")
    )
    (leg_id,) = legs(rt)
    place_attempts(rt, [leg_id])
    (sid,) = rt.carrier.orders  # type: ignore[attr-defined]
    take_turn(rt, leg_id, 0, CarrierRequest({"CallSid": sid, "AnsweredBy": "human"}))
    for turn, keys in enumerate(("1", "1971", "1"), start=1):
        take_turn(rt, leg_id, turn, CarrierRequest({"CallSid": sid, "Digits": keys}))
    with rt.db.read() as tx:
        assert [row.status for row in tx.all(sa.select(appointment))] == ["booked"]


@pytest.mark.parametrize("who", ["cct-unknown", "the place", "any"])
def test_a_person_of_another_region_is_nobody(rt: Runtime, visit: Visitor, version: str, who: str) -> None:
    places(rt)
    place_id, _ = somebody(rt)
    client = visit("ana")  # the application knows its people by then
    add_account(rt, "loc@example.org", password=PASSWORD, role="administrator", regions=("44",))
    client.set_cookie(COOKIE, sign_in(rt, "loc@example.org", PASSWORD))
    wish = place_id if who == "the place" else who
    answer = ask(client, campaign="reminders", who=wish)
    assert answer.status_code == 422 and legs(rt) == []
    with rt.db.read() as tx:
        assert tx.all(sa.select(access_log.c.subject).where(access_log.c.action == "contact-read")) == []


def test_a_case_names_its_person(rt: Runtime, ana: FlaskClient) -> None:
    place_id, contact_id = somebody(rt)
    with rt.db.begin() as tx:
        case = {"id": "cas1", "reference": "C-17", "platform_code": "75", "reported_at": tx.now, "level": 2}
        tx.insert(tracing_case, **case)
        tx.update(contact, contact.c.id == contact_id, case_id="cas1")
    assert ask(ana, campaign="reminders", who="C-17").status_code == 302
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(flow_trial.c.place_id)) == place_id

"""What flows may do on a call beside keys: ask another system, record, take words, offer moments."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.appointments.service import book
from callsvc.appointments.tables import appointment
from callsvc.calls.tables import leg, webhook_event
from callsvc.dialing.tables import callback
from callsvc.flows.service import publish, session_of, session_state
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime
from callsvc.simulator.twiml.inspection import inspect
from callsvc.simulator.twiml.verbs import VERBS
from callsvc.webhooks.fetching import ask, fetch_for_flows
from ivr_flows import Fetch, Fetched
from tests.factories import advance, make_contact, make_country
from tests.webhooks.conftest import Phone

HEAD = """\
schema: 1
id: front-desk
title: {fr: Essai}
direction: inbound
languages: [fr, en]
channels: [voice]
limits: {steps: 60, visits_per_step: 6}
variables: {answers.status: {sample: positif}}
prompts:
  ask: {says: neutral, fr: {text: "Dites oui, ou tapez 1."}, en: {text: "Say yes, or press 1."}}
  told: {says: neutral, fr: {text: "Résultat {answers.status}."}, en: {text: "Result {answers.status}."}}
  each:
    says: neutral
    fr: {text: "{slot.label}, tapez {slot.key}."}
    en: {text: "{slot.label}, press {slot.key}."}
  bye: {says: neutral, fr: {text: "Au revoir."}, en: {text: "Goodbye."}}
steps:
"""
HTTP = """\
  start: {say: ask, http: {host: lab, path: /r, query: {q: "a b"}, into: {answers.status: data.0}}, on_error: bad, next: ok}
  ok: {say: told, end: ok}
  bad: {say: bye, end: bad}
"""  # noqa: E501 - one line, as in a real flow
RECORD = """\
  start: {record: {consent: bye, prompt: ask, max_seconds: 30}, on_empty: nothing, end: recorded}
  nothing: {end: nothing}
"""
TIMES = """\
  start:
    callback: {offers: times, prompt: bye, slot_prompt: each, most: 2}
    on_taken: gone
    on_none: gone
    on_exhausted: gone
    end: callback-booked
  gone: {end: gone}
"""
SLOTS = """\
  start:
    appointment: {do: move, offers: slots, prompt: bye, slot_prompt: each, most: 2}
    on_none: gone
    on_exhausted: gone
    end: moved
  gone: {end: gone}
"""
MENU = """\
  start: {menu: {prompt: ask}, keys: {"1": ok}, words: {ok: [oui]}}
  ok: {say: bye, end: ok}
"""


class _Lab(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        _Lab.asked.append(f"{self.path} {self.headers.get('Authorization')}")
        status, body = {"/moved": (302, b""), "/large": (200, b"[" + b"1," * 50_000 + b"1]")}.get(
            self.path, (200, json.dumps({"data": ["positif"]}).encode())
        )
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def lab(rt: Runtime) -> Iterator[Runtime]:
    """A system on this machine that flows know as ``lab``."""
    _Lab.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), _Lab)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield _with(rt, callsvc_flow_hosts=f"lab=http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def _with(rt: Runtime, **changes: Any) -> Runtime:
    changed = replace(rt, settings=rt.settings.model_copy(update=changes))
    changed.db.settings = changed.settings
    return changed


def _call(rt: Runtime, steps: str, *, country: bool = True) -> tuple[Phone, str, ElementTree.Element]:
    with rt.db.begin() as tx:
        if country:
            make_country(tx)
        publish(tx, HEAD + steps, "test")
    phone = Phone(create_app(rt).test_client(), rt)
    given = {"CallSid": "CAin", "From": "+33639980001", "To": "+33199000100", "CallStatus": "ringing"}
    document = ElementTree.fromstring(phone.post("/webhooks/voice/inbound", given).text)
    with rt.db.read() as tx:
        return phone, str(tx.scalar(sa.select(leg.c.id).where(leg.c.sid == "CAin"))), document


def _outcome(rt: Runtime) -> str | None:
    with rt.db.read() as tx:
        outcome: str | None = tx.scalar(sa.select(flow_session.c.outcome))
        return outcome


def _jobs(rt: Runtime) -> list[str]:
    jobs: Any = rt.jobs
    return [one for job, ids in jobs.take() if job == "fetch_for_flows" for one in ids]


def _said(document: ElementTree.Element) -> str:
    return " ".join(say.text or "" for say in document.iter("Say"))


def test_the_caller_waits_in_rounds_until_the_other_system_has_answered(lab: Runtime) -> None:
    phone, leg_id, document = _call(lab, HTTP)
    assert "tapez 1" in _said(document) and document.find("Redirect") is not None
    assert phone.voice(leg_id, 1).find("Redirect") is not None
    [session_id] = _jobs(lab)
    fetch_for_flows(lab, [session_id])
    assert _said(phone.voice(leg_id, 2)) == "Résultat positif."
    assert (_outcome(lab), _Lab.asked) == ("ok", ["/r?q=a+b None"])


def test_two_jobs_are_one_request_and_what_was_answered_is_kept_encrypted(lab: Runtime) -> None:
    _call(lab, HTTP)
    [session_id] = _jobs(lab)
    fetch_for_flows(lab, [session_id, session_id])
    assert len(_Lab.asked) == 1
    with lab.db.read() as tx:
        answers = tx.all(sa.select(webhook_event.c.answer).where(webhook_event.c.key.like("fetch:%")))
    assert all(b"positif" not in bytes(row.answer or b"") for row in answers)


def test_a_job_that_is_lost_costs_the_exit_for_errors_and_no_more(lab: Runtime) -> None:
    phone, leg_id, _ = _call(lab, HTTP)
    advance(lab, 9)
    assert _said(phone.voice(leg_id, 1)) == "Au revoir."
    assert (_outcome(lab), _Lab.asked) == ("bad", [])


def test_no_redirect_is_followed_nothing_large_is_read_and_no_other_host_asked(lab: Runtime) -> None:
    def fetched(host: str, path: str) -> Fetched:
        return ask(lab.settings, Fetch("get", host, path, {}, {}, 2, (("a", "data.0"),)))

    assert fetched("lab", "/r") == Fetched(200, {"a": "positif"})
    assert fetched("lab", "/moved") == Fetched(302)
    assert fetched("lab", "/large") == Fetched(0)
    assert fetched("other", "/r") == Fetched(0)
    gone = lab.settings.model_copy(update={"callsvc_flow_hosts": "lab=http://127.0.0.1:9"})
    assert ask(gone, Fetch("get", "lab", "/r", {}, {}, 2, ())) == Fetched(0)
    assert _Lab.asked == ["/r None", "/moved None", "/large None"]


def test_a_recording_comes_after_consent_and_ends_the_step(rt: Runtime) -> None:
    phone, leg_id, document = _call(rt, RECORD)
    assert [element.tag for element in document] == ["Say", "Say", "Record", "Redirect"]
    phone.voice(leg_id, 1, RecordingSid="RE" + "0" * 32, RecordingDuration="12")
    assert _outcome(rt) == "recorded"
    with rt.db.begin() as tx:
        row = session_of(tx, leg_id)
        assert row is not None
        assert session_state(tx, row)["values"]["recording.sid"] == "RE" + "0" * 32


def test_who_says_nothing_leaves_no_recording(rt: Runtime) -> None:
    phone, leg_id, _ = _call(rt, RECORD)
    phone.voice(leg_id, 1)
    assert _outcome(rt) == "nothing"


def test_who_hangs_up_while_being_recorded_leaves_a_recording_that_can_be_found(rt: Runtime) -> None:
    phone, leg_id, _ = _call(rt, RECORD)
    over = {"CallSid": "CAin", "CallStatus": "completed", "SequenceNumber": "1", "CallDuration": "9"}
    phone.post("/webhooks/status/inbound", over)
    phone.voice(leg_id, 1, RecordingSid="RE" + "1" * 32, RecordingDuration="4", Digits="hangup")
    assert _outcome(rt) == "hung-up"
    with rt.db.read() as tx:
        facts = tx.scalar(sa.select(webhook_event.c.facts).where(webhook_event.c.key == f"turn:{leg_id}:1"))
    assert facts["recording"] == "RE" + "1" * 32


@pytest.mark.parametrize("steps", [RECORD, MENU, TIMES])
def test_the_carrier_finds_no_fault_with_what_it_is_told_to_do(rt: Runtime, steps: str) -> None:
    _, _, document = _call(_with(rt, callsvc_speech_confidence=0.6), steps)
    kept, warnings = inspect(document, frozenset(VERBS))
    assert (len(kept), warnings) == (len(document), [])


def test_words_are_listened_for_only_where_they_are_believed(rt: Runtime) -> None:
    _, _, document = _call(rt, MENU)
    assert next(document.iter("Gather")).get("input") == "dtmf"


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"SpeechResult": "Oui.", "Confidence": "0.9"}, "ok"),
        ({"SpeechResult": "Oui.", "Confidence": "0.2"}, None),
        ({"SpeechResult": "Oui.", "Confidence": ""}, None),
        ({"Digits": "1"}, "ok"),
    ],
)
def test_a_choice_said_is_a_choice_pressed_if_the_carrier_is_sure(
    rt: Runtime, given: dict[str, str], outcome: str | None
) -> None:
    world = _with(rt, callsvc_speech_confidence=0.6)
    phone, leg_id, document = _call(world, MENU)
    gather = next(document.iter("Gather"))
    assert (gather.get("input"), gather.get("hints"), gather.get("language")) == (
        "dtmf speech",
        "oui, un",
        "fr-FR",
    )
    phone.voice(leg_id, 1, **given)
    assert _outcome(world) == outcome


def test_a_carrier_without_speech_is_asked_for_keys(rt: Runtime) -> None:
    world = _with(
        rt, callsvc_speech_confidence=0.6, callsvc_carrier_profile="somleng", callsvc_hand_over="none"
    )
    _, _, document = _call(world, MENU)
    assert next(document.iter("Gather")).get("input") == "dtmf"


def test_the_time_spoken_is_the_time_at_which_the_person_is_called_back(rt: Runtime) -> None:
    advance(rt, 8.5 * 3600)  # half past six in the evening
    phone, leg_id, document = _call(rt, TIMES)
    said = _said(document)
    assert "lundi 16 novembre à 19 heures 45, tapez 1." in said
    assert "mardi 17 novembre à 10 heures, tapez 2." in said
    phone.voice(leg_id, 1, Digits="2")
    with rt.db.read() as tx:
        due_at = tx.scalar(sa.select(callback.c.due_at))
    assert (_outcome(rt), due_at) == ("callback-booked", datetime(2020, 11, 17, 9, 0, tzinfo=UTC))


def test_a_time_that_passed_while_somebody_thought_is_not_booked(rt: Runtime) -> None:
    phone, leg_id, _ = _call(rt, TIMES)
    advance(rt, 2 * 3600)
    phone.voice(leg_id, 1, Digits="1")
    assert _outcome(rt) == "gone"


def _visit(rt: Runtime, kind: str) -> None:
    """Whoever calls from the number has a visit tomorrow."""
    with rt.db.begin() as tx:
        make_country(tx)
        contact_id = make_contact(tx, "+33639980001")
        tomorrow = tx.now + timedelta(days=1)
        book(tx, contact_id=contact_id, kind=kind, place="", reason="test", starts_at=tomorrow)


def test_an_appointment_by_telephone_is_moved_to_the_moment_that_was_spoken(rt: Runtime) -> None:
    _visit(rt, "phone")
    phone, leg_id, document = _call(rt, SLOTS, country=False)
    assert "lundi 16 novembre à 18 heures, tapez 2." in _said(document)
    phone.voice(leg_id, 1, Digits="2")
    with rt.db.read() as tx:
        visit = tx.first(sa.select(appointment))
    assert visit is not None
    assert (_outcome(rt), visit.status) == ("moved", "moved")
    assert visit.starts_at == datetime(2020, 11, 16, 17, 0, tzinfo=UTC)


def test_of_a_visit_to_a_place_no_moment_is_offered(rt: Runtime) -> None:
    _visit(rt, "physical")
    _call(rt, SLOTS, country=False)
    assert _outcome(rt) == "gone"

"""A flow transfers a call: a number is dialled, a queue is waited in, and every end leads on."""

from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from callsvc.agents.tables import agent, agent_skill
from callsvc.app import create_app
from callsvc.calls.settling import expire_claims
from callsvc.calls.tables import leg, live_call
from callsvc.carrier.profiles import PROFILES
from callsvc.core.incidents import incident
from callsvc.dialing.settling import settle_doubts
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime
from callsvc.simulator.twiml.inspection import inspect
from callsvc.simulator.twiml.verbs import VERBS
from tests.factories import make_country
from tests.webhooks.conftest import Phone

FLOW = """\
schema: 1
id: front-desk
title: {fr: Essai}
direction: inbound
languages: [fr]
channels: [voice]
prompts:
  wait: {says: neutral, fr: {text: "Nous vous mettons en relation."}}
steps:
  start:
    say: wait
    transfer: {to: samu, timeout: 20}
    on_busy: busy
    on_no_answer: nobody
    on_closed: closed
    end: spoken
  busy: {end: busy}
  nobody: {end: nobody}
  closed: {end: closed-there}
"""
NUMBER = '{name: samu, title: SAMU, number: "+33199000067"}'
QUEUE = "{name: samu, title: SAMU, queue: {skill: medical, platform: '75'}}"
CHILD = "CA" + "9" * 32


def start(rt: Runtime, target: str = NUMBER, after: str = "") -> tuple[Phone, str, ElementTree.Element]:
    """Somebody calls a flow that transfers them at once; their leg and the first document."""
    with rt.db.begin() as tx:
        make_country(tx)
        for code in ("67", "75"):
            place = {"region_code": {"67": "44", "75": "11"}[code], "platform_code": code}
            tx.insert(
                agent, id=f"agt{code}", client_name=f"a{code}", name="Essai", languages="fr", **place,
                activity="available", activity_since=tx.now, state="idle", state_since=tx.now,
            )  # fmt: skip
            tx.insert(agent_skill, agent_id=f"agt{code}", skill="medical", level=1)
    apply_directory(rt, read_directory(f"targets: [{target}]"), "test")
    with rt.db.begin() as tx:
        publish(tx, FLOW, "test")
    if after:
        apply_directory(rt, read_directory(after), "test")
    phone = Phone(create_app(rt).test_client(), rt)
    given = {"CallSid": "CAin", "From": "+33639980001", "To": "+33199000100", "CallStatus": "ringing"}
    document = ElementTree.fromstring(phone.post("/webhooks/voice/inbound", given).text)
    with rt.db.read() as tx:
        return phone, str(tx.scalar(sa.select(leg.c.id).where(leg.c.sid == "CAin"))), document


def outcome(rt: Runtime) -> str | None:
    with rt.db.read() as tx:
        found: str | None = tx.scalar(sa.select(flow_session.c.outcome))
        return found


def dialled(rt: Runtime) -> sa.Row[tuple[str, ...]]:
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(leg).where(leg.c.role == "transfer"))
        return row


@pytest.mark.parametrize("profile", [name for name, one in PROFILES.items() if one.hand_over != "none"])
def test_the_number_is_dialled_whatever_the_carrier_can_do_with_agents(rt: Runtime, profile: str) -> None:
    changes = {"callsvc_carrier_profile": profile, "callsvc_hand_over": "none"}
    rt.db.settings = rt.settings.model_copy(update=changes)
    _, leg_id, document = start(rt)
    assert [element.tag for element in document] == ["Say", "Dial"]
    dial = document[1]
    assert (dial.get("timeout"), dial[0].text) == ("20", "+33199000067")
    assert dial.get("action") == f"/webhooks/voice/{leg_id}/1"
    assert dial.get("callerId") == rt.settings.callsvc_caller_id
    assert dial[0].get("statusCallback", "").startswith("http")
    assert f"/webhooks/status/{dialled(rt).id}" in dial[0].get("statusCallback", "")
    kept, warnings = inspect(document, frozenset(VERBS))
    assert (len(kept), warnings) == (2, [])


@pytest.mark.parametrize(
    ("status", "sid", "end"),
    [
        ("completed", CHILD, "spoken"),
        ("answered", CHILD, "spoken"),
        ("busy", CHILD, "busy"),
        ("no-answer", CHILD, "nobody"),
        ("failed", "", "nobody"),
        ("canceled", CHILD, "nobody"),
        ("", "", "nobody"),
    ],
)
def test_how_it_ends_leads_to_the_exit_of_that_name(rt: Runtime, status: str, sid: str, end: str) -> None:
    phone, leg_id, _ = start(rt)
    given = {"DialCallStatus": status, "DialCallSid": sid}
    first = phone.voice(leg_id, 1, **given)
    assert outcome(rt) == end
    assert ElementTree.tostring(phone.voice(leg_id, 1, **given)) == ElementTree.tostring(first)
    assert dialled(rt).placement == ("placed" if sid else "not-placed")
    assert (dialled(rt).sid or "") == sid


def test_the_books_follow_the_leg_and_no_number_is_guarded(rt: Runtime) -> None:
    phone, leg_id, _ = start(rt)
    child = dialled(rt).id
    for sequence, status in enumerate(("initiated", "ringing", "in-progress")):
        phone.post(
            f"/webhooks/status/{child}",
            {"CallSid": CHILD, "CallStatus": status, "SequenceNumber": str(sequence)},
        )
    assert (dialled(rt).placement, dialled(rt).status, dialled(rt).sid) == ("placed", "in-progress", CHILD)
    with rt.db.read() as tx:
        assert tx.all(sa.select(live_call)) == []
    over = {"CallSid": CHILD, "CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "42"}
    phone.post(f"/webhooks/status/{child}", over)
    phone.voice(leg_id, 1, DialCallStatus="completed", DialCallSid=CHILD)
    assert (dialled(rt).status, dialled(rt).duration_s, outcome(rt)) == ("completed", 42, "spoken")


@pytest.mark.parametrize(("answered", "end"), [(True, "spoken"), (False, "hung-up")])
def test_who_hangs_up_after_talking_was_connected(rt: Runtime, answered: bool, end: str) -> None:
    phone, _, _ = start(rt)
    child = dialled(rt).id
    status = "in-progress" if answered else "ringing"
    phone.post(f"/webhooks/status/{child}", {"CallSid": CHILD, "CallStatus": status, "SequenceNumber": "1"})
    over = {"CallSid": "CAin", "CallStatus": "completed", "SequenceNumber": "1", "CallDuration": "9"}
    phone.post("/webhooks/status/inbound", over)
    assert outcome(rt) == end


@pytest.mark.parametrize(
    "after",
    [
        "targets: []",
        'targets: [{name: samu, title: S, number: "+33199000067", hours: {days: [sun]}}]',
        'targets: [{name: samu, title: S, number: "+33199000067", serves: ["04"]}]',
        'targets: [{name: samu, title: S, number: "+33199000067", for: [agents]}]',
    ],
)
def test_whom_nobody_may_be_transferred_to_is_closed(rt: Runtime, after: str) -> None:
    start(rt, after=after)
    assert outcome(rt) == "closed-there"
    with rt.db.read() as tx:
        told = tx.all(sa.select(incident.c.kind))
        assert tx.all(sa.select(leg).where(leg.c.role == "transfer")) == []
    assert [row.kind for row in told] == (["transfer-unknown"] if after == "targets: []" else [])


def test_a_queue_of_the_directory_is_waited_in_at_its_own_platform(rt: Runtime) -> None:
    phone, leg_id, document = start(rt, QUEUE)
    assert document.find("Redirect") is not None
    with rt.db.read() as tx:
        [entry] = tx.all(sa.select(queue_entry))
    assert (entry.platform_code, entry.region_code, entry.skill) == ("75", "11", "medical")
    round_ = phone.voice(leg_id, 1)
    assert round_.find("Redirect") is not None
    assert round_.findtext("Say") == "Merci de patienter, un agent va vous répondre."
    with rt.db.begin() as tx:
        tx.update(queue_entry, queue_entry.c.id == entry.id, state="canceled", left_how="expired")
    phone.voice(leg_id, 2)
    assert outcome(rt) == "nobody"


def test_where_calls_are_handed_to_nobody_a_queue_is_closed(rt: Runtime) -> None:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_hand_over": "none"})
    start(rt, QUEUE)
    assert outcome(rt) == "closed-there"


def test_a_queue_without_anybody_on_duty_is_closed(rt: Runtime) -> None:
    start(rt, QUEUE.replace("medical", "unheard-of"))
    assert outcome(rt) == "closed-there"


def test_a_transfer_nobody_hears_of_again_is_looked_up_like_any_leg(rt: Runtime) -> None:
    start(rt)
    rt.machine.advance(rt.settings.callsvc_lease_s + 1)  # type: ignore[attr-defined]
    expire_claims(rt)
    assert dialled(rt).placement == "in-doubt"
    for _ in range(2):
        rt.machine.advance(rt.settings.callsvc_settle_s + 1)  # type: ignore[attr-defined]
        settle_doubts(rt, [dialled(rt).id])
    assert dialled(rt).placement == "not-placed"

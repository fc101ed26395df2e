"""Planned faults: what the service sees, and what truly happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callsvc.simulator.faults import Faults
from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Service, eventually

Person = Callable[..., str]
EVENTS = ["initiated", "ringing", "answered", "completed"]
SHORT = "<Response><Say>Bonjour.</Say></Response>"


@pytest.mark.parametrize(
    ("kind", "status", "exists"), [("error-before", 503, 0), ("error-after", 500, 1), ("throttle", 429, 0)]
)
def test_a_failed_creation_may_or_may_not_have_placed_the_call(
    client: Client,
    person: Person,
    service: Service,
    simulator: RunningSimulator,
    kind: str,
    status: int,
    exists: int,
) -> None:
    number = person()
    simulator.fault(on="calls.create", kind=kind, times=1)
    with pytest.raises(TwilioRestException) as failure:
        client.calls.create(to=number, from_=OURS, twiml=SHORT)
    assert failure.value.status == status
    assert len(client.calls.list(to=number)) == exists
    assert client.calls.create(to=number, from_=OURS, twiml=SHORT).status == "queued"


def test_an_answer_may_be_lost_although_the_call_exists(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    number = person()
    simulator.fault(on="calls.create", kind="lose-answer", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.calls.create(to=number, from_=OURS, twiml=SHORT)
    assert len(client.calls.list(to=number)) == 1


def test_an_answer_may_come_later_than_the_client_waits(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    number = person()
    simulator.fault(on="messages.create", kind="delay", seconds=0.3, times=1)
    message = client.messages.create(to=number, from_=OURS, body="Bonjour")
    assert message.status == "queued"


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("drop", ["1", "2", "3"]),
        ("duplicate", ["0", "0", "1", "2", "3"]),
        ("reorder", ["1", "0", "2", "3"]),
        ("lose-answer", ["0", "1", "2", "3"]),
        ("error-before", ["1", "2", "3"]),
    ],
)
def test_status_callbacks_go_astray(
    client: Client,
    person: Person,
    service: Service,
    simulator: RunningSimulator,
    kind: str,
    numbers: list[str],
) -> None:
    simulator.fault(on="status-callback", kind=kind, times=1)
    client.calls.create(
        to=person(),
        from_=OURS,
        twiml=SHORT,
        status_callback=f"{service.address}/status",
        status_callback_event=EVENTS,
    )
    eventually(lambda: len(service.at("/status")) == len(numbers))
    assert [post.form["SequenceNumber"] for post in service.at("/status")] == numbers


def test_a_lost_document_leads_to_the_fallback(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    service.documents["/voice"] = SHORT
    service.documents["/fallback"] = "<Response><Say>Plus tard.</Say></Response>"
    simulator.fault(on="voice-webhook", kind="lose-answer", times=1)
    call = client.calls.create(
        to=person(), from_=OURS, url=f"{service.address}/voice", fallback_url=f"{service.address}/fallback"
    )
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")
    assert service.at("/fallback")[0].form["ErrorCode"] == "11200"
    assert service.at("/fallback")[0].form["ErrorUrl"] == f"{service.address}/voice"


def test_faults_repeat_with_the_seed() -> None:
    def struck(seed: str) -> list[bool]:
        faults = Faults(seed)
        faults.plan({"on": "calls.create", "kind": "throttle", "probability": 0.3})
        return [faults.strike("calls.create") is not None for _ in range(200)]

    assert struck("a") == struck("a") != struck("b")
    assert 35 < sum(struck("a")) < 85


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown place"):
        Faults("1").plan({"on": "moon", "kind": "drop"})
    with pytest.raises(ValueError, match="unknown kind"):
        Faults("1").plan({"on": "calls.create", "kind": "reorder"})

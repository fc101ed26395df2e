"""Planned faults: what the service sees, and what truly happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

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


def test_a_call_is_created_after_its_client_gave_up(
    client: Client, person: Person, simulator: RunningSimulator
) -> None:
    number = person()
    simulator.fault(on="calls.create", kind="delay", seconds=0.4, times=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        _post_call(simulator, number, timeout=0.1)
    assert client.calls.list(to=number) == []
    eventually(lambda: len(client.calls.list(to=number)) == 1)


def test_an_answer_comes_late_although_the_call_exists_at_once(
    client: Client, person: Person, simulator: RunningSimulator
) -> None:
    number = person()
    simulator.fault(on="calls.create", kind="slow-answer", seconds=2, times=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        _post_call(simulator, number, timeout=0.1)
    assert len(client.calls.list(to=number)) == 1


def test_a_request_nobody_answers_does_nothing(
    client: Client, person: Person, simulator: RunningSimulator
) -> None:
    number = person()
    simulator.fault(on="calls.create", kind="time-out", seconds=0.1, times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        _post_call(simulator, number, timeout=5)
    assert client.calls.list(to=number) == []


def _post_call(simulator: RunningSimulator, number: str, timeout: float) -> None:
    settings = simulator.settings
    with requests.Session() as session:
        session.trust_env = False
        session.post(
            f"{simulator.address}/2010-04-01/Accounts/{settings.account_sid}/Calls.json",
            data={"To": number, "From": OURS, "Twiml": SHORT},
            auth=(settings.account_sid, settings.auth_token),
            timeout=timeout,
        )


def test_a_callback_comes_again_after_those_that_followed_it(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    simulator.fault(on="status-callback", kind="duplicate-late", seconds=0.6, times=1)
    client.calls.create(
        to=person(),
        from_=OURS,
        twiml=SHORT,
        status_callback=f"{service.address}/status",
        status_callback_event=EVENTS,
    )
    eventually(lambda: len(service.at("/status")) == 5)
    assert [post.form["SequenceNumber"] for post in service.at("/status")] == ["0", "1", "2", "3", "0"]


def test_a_service_that_never_answers_is_given_up(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    simulator.fault(on="voice-webhook", kind="time-out", seconds=0.1, times=1)
    call = client.calls.create(to=person(), from_=OURS, url=f"{service.address}/voice")
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")
    assert service.at("/voice") == []
    assert simulator.fault_log()[-1]["kind"] == "time-out"

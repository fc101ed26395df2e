"""People who call the platform."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Service, eventually

Person = Callable[..., str]


@pytest.fixture
def line(service: Service, simulator: RunningSimulator) -> str:
    simulator.set_webhooks(voice_url=f"{service.address}/in", status_url=f"{service.address}/status")
    return OURS


def test_a_caller_goes_through_the_menu(
    client: Client, person: Person, service: Service, simulator: RunningSimulator, line: str
) -> None:
    service.documents["/in"] = (
        "<Response><Gather numDigits='1' action='/key'><Say>Appuyez sur 2.</Say></Gather></Response>"
    )
    sid = simulator.call_in(person(replies=[{"hears": "appuyez", "press": "2", "after": 0.5}]), line)
    ended = eventually(lambda: service.at("/status"))[0]
    first, second = service.at("/in")[0], service.at("/key")[0]
    assert (first.form["Direction"], first.form["CallStatus"]) == ("inbound", "ringing")
    assert (second.form["Digits"], second.form["CallStatus"]) == ("2", "in-progress")
    assert (ended.form["CallStatus"], ended.form["CallSid"]) == ("completed", sid)
    assert client.calls(sid).fetch().direction == "inbound"
    assert all(post.genuine for post in service.requests)


def test_a_rejected_call_is_never_answered(
    person: Person, service: Service, simulator: RunningSimulator, line: str
) -> None:
    service.documents["/in"] = "<Response><Reject reason='busy'/></Response>"
    sid = simulator.call_in(person(), line)
    end = eventually(lambda: (found := simulator.call(sid))["ended_at"] and found)
    assert (end["status"], end["answered_at"], end["duration"]) == ("busy", None, 0)


def test_the_person_hangs_up_and_presses_by_hand(
    person: Person, service: Service, simulator: RunningSimulator, line: str
) -> None:
    service.documents["/in"] = "<Response><Gather numDigits='2' timeout='300' action='/key'/></Response>"
    service.documents["/key"] = "<Response><Pause length='900'/></Response>"
    sid = simulator.call_in(person(), line)
    eventually(lambda: simulator.call(sid)["answered_at"])
    simulator.press(sid, "42")
    eventually(lambda: service.at("/key"))
    assert service.at("/key")[0].form["Digits"] == "42"
    simulator.hang_up(sid)
    end = simulator.call(sid)
    assert (end["status"], end["ended_by"]) == ("completed", "person")


def test_a_missed_call_is_called_back(
    client: Client, person: Person, service: Service, simulator: RunningSimulator, line: str
) -> None:
    number = person(answers=["no-answer", "human"], calls_back={"on": "missed-call", "after": 30})
    client.calls.create(to=number, from_=line, twiml="<Response/>", timeout=5)
    back = eventually(lambda: service.at("/in"))[0]
    assert (back.form["From"], back.form["To"]) == (number, line)
    again = client.calls.create(
        to=number, from_=line, twiml="<Response><Say>Bonjour.</Say></Response>", timeout=5
    )
    eventually(lambda: client.calls(again.sid).fetch().status == "completed")


def test_a_voicemail_is_answered_by_a_call(
    client: Client, person: Person, service: Service, line: str
) -> None:
    number = person(answers="machine", greeting=2, calls_back=[{"on": "voicemail", "after": 10}])
    client.calls.create(
        to=number,
        from_=line,
        twiml="<Response><Pause length='4'/><Say>Rappelez-nous, merci.</Say></Response>",
    )
    assert eventually(lambda: service.at("/in"))[0].form["From"] == number

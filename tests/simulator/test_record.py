"""The Record verb: voicemail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Request, Service, eventually

Person = Callable[..., str]
SPEAKS = [{"hears": "message", "say": "Rappelez-moi demain matin.", "after": 3, "times": 1}]


@pytest.fixture
def leave_message(client: Client, service: Service) -> Callable[..., str]:
    """Call somebody and ask them for a message; the answer is the call's SID."""

    def ask(number: str, attributes: str = "") -> str:
        service.documents["/done"] = "<Response><Say>Merci.</Say></Response>"
        document = (
            f'<Response><Say>Laissez un message.</Say><Record action="{service.address}/done" '
            f'recordingStatusCallback="{service.address}/recording" '
            f'recordingStatusCallbackEvent="completed absent" {attributes}/>'
            "<Say>Rien entendu.</Say></Response>"
        )
        return str(client.calls.create(to=number, from_=OURS, twiml=document).sid)

    return ask


def told(service: Service, path: str) -> Request:
    found: list[Request] = eventually(lambda: service.at(path))
    return found[0]


def said(simulator: RunningSimulator, sid: str) -> list[str]:
    """What was said in a call until it ended."""
    end: Any = eventually(lambda: (found := simulator.call(sid))["ended_at"] and found)
    return [line["text"] for line in end["timeline"] if line["kind"] == "said"]


def test_what_is_said_is_kept_without_the_silence_after_it(
    leave_message: Callable[..., str], person: Person, service: Service, simulator: RunningSimulator
) -> None:
    sid = leave_message(person(replies=SPEAKS), 'timeout="8"')
    form = told(service, "/done").form
    assert (form["CallSid"], form["Digits"], form["CallStatus"]) == (sid, "", "in-progress")
    assert form["RecordingDuration"] == "2"  # 26 letters, however long the silence around them
    assert told(service, "/recording").form["RecordingStatus"] == "completed"
    assert said(simulator, sid) == ["Laissez un message.", "Merci."]


def test_a_key_ends_it_and_is_told(
    leave_message: Callable[..., str], person: Person, service: Service, simulator: RunningSimulator
) -> None:
    sid = leave_message(person(replies=SPEAKS), 'timeout="900" finishOnKey="#"')
    eventually(lambda: any(line["kind"] == "spoke" for line in simulator.call(sid)["timeline"]))
    simulator.press(sid, "1#")
    assert told(service, "/done").form["Digits"] == "#"


def test_silence_keeps_nothing_and_the_next_verb_runs(
    leave_message: Callable[..., str], person: Person, service: Service, simulator: RunningSimulator
) -> None:
    """ "No audio: falls to the next verb, the action is not called"."""
    sid = leave_message(person(), 'timeout="2"')
    assert said(simulator, sid) == ["Laissez un message.", "Rien entendu."]
    assert service.at("/done") == []
    form = told(service, "/recording").form
    assert (form["RecordingStatus"], form["ErrorCode"]) == ("absent", "16101")


def test_who_hangs_up_after_speaking_has_left_a_message(
    leave_message: Callable[..., str], person: Person, service: Service, simulator: RunningSimulator
) -> None:
    sid = leave_message(person(replies=SPEAKS, hangs_up={"hears": "message", "after": 10}), 'timeout="60"')
    form = told(service, "/done").form
    assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")
    assert int(form["RecordingDuration"]) >= 2
    assert said(simulator, sid) == ["Laissez un message."]


def test_a_long_message_is_cut_at_its_greatest_length(
    leave_message: Callable[..., str], person: Person, service: Service
) -> None:
    talk = [{"hears": "message", "say": "Et puis encore ceci. " * 60, "after": 3, "times": 1}]
    leave_message(person(replies=talk), 'maxLength="10"')
    assert 6 <= int(told(service, "/done").form["RecordingDuration"]) <= 10  # of 10 s two or more were silent

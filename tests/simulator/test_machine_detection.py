"""Answering machine detection.

"Enable: human, machine_start, fax, unknown. DetectMessageEnd: human, machine_end_beep, machine_end_silence,
machine_end_other, fax, unknown."
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twilio.rest import Client

from callsvc.simulator.calls.detection import verdict
from callsvc.simulator.calls.record import CallOptions
from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Service, eventually

MESSAGE = "<Response><Say>Rappelez-nous au numero que vous connaissez.</Say></Response>"


@pytest.mark.parametrize(
    ("asked", "kind", "greeting", "expected"),
    [
        ("Enable", "human", 1.0, ("human", 2.2)),
        ("Enable", "machine", 6.0, ("machine_start", 2.4)),
        ("DetectMessageEnd", "machine", 6.0, ("machine_end_beep", 6.5)),
        ("Enable", "machine", 2.0, ("human", 3.2)),  # a short greeting deceives the carrier too
        ("DetectMessageEnd", "machine", 40.0, ("unknown", 30.0)),
        ("Enable", "human", 0.0, ("unknown", 5.0)),
        ("Enable", "fax", 1.0, ("fax", 1.5)),
    ],
)
def test_the_verdict_follows_the_greeting(
    asked: str, kind: str, greeting: float, expected: tuple[str, float]
) -> None:
    assert verdict(CallOptions(machine_detection=asked), kind, greeting) == expected


def test_the_synchronous_verdict_comes_with_the_first_request(
    client: Client, person: Callable[..., str], service: Service, simulator: RunningSimulator
) -> None:
    service.documents["/voice"] = MESSAGE
    call = client.calls.create(
        to=person(answers="machine", greeting=5),
        from_=OURS,
        url=f"{service.address}/voice",
        machine_detection="DetectMessageEnd",
        status_callback=f"{service.address}/status",
    )
    end = eventually(lambda: service.at("/status"))[0]
    assert service.at("/voice")[0].form["AnsweredBy"] == "machine_end_beep"
    assert end.form["AnsweredBy"] == "machine_end_beep"
    assert client.calls(call.sid).fetch().answered_by == "machine_end_beep"
    assert simulator.call(call.sid)["answered_by"] == "machine_end_beep"


def test_the_asynchronous_verdict_is_posted_beside_the_conversation(
    client: Client, person: Callable[..., str], service: Service
) -> None:
    service.documents["/voice"] = "<Response><Pause length='60'/></Response>"
    call = client.calls.create(
        to=person(answers="machine"),
        from_=OURS,
        url=f"{service.address}/voice",
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{service.address}/amd",
    )
    told = eventually(lambda: service.at("/amd"))[0]
    assert (told.form["CallSid"], told.form["AnsweredBy"]) == (call.sid, "machine_start")
    assert told.form["MachineDetectionDuration"] == "2400"
    assert told.genuine
    assert "AnsweredBy" not in service.at("/voice")[0].form
    assert client.calls(call.sid).update(twiml="<Response><Hangup/></Response>").status == "in-progress"
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")


def test_a_machine_hangs_up_when_it_has_recorded_enough(
    client: Client, person: Callable[..., str], simulator: RunningSimulator
) -> None:
    call = client.calls.create(
        to=person(answers="machine", greeting=2),
        from_=OURS,
        twiml="<Response><Pause length='900'/></Response>",
    )
    end = eventually(lambda: (found := simulator.call(call.sid))["ended_at"] and found)
    assert end["ended_by"] == "machine"
    assert 120 <= end["duration"] <= 200

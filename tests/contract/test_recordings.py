"""Recordings of calls and conferences, through the carrier's SDKs for Python and Node.js."""

from __future__ import annotations

import io
import urllib.request
import wave
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from callsvc.simulator.testing import RunningSimulator
from tests.contract.recorder import Recorder
from tests.contract.sdks import Refused, Sdk
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

Person = Callable[..., str]
HOLD = "<Response><Pause length='600'/></Response>"


@pytest.fixture
def live(sdk: Sdk, person: Person) -> Any:
    """The path of a call in progress, ended afterwards."""
    call = sdk.ask("calls", "create", to=person(), from_=OURS, twiml=HOLD)
    path = f"calls/{call['sid']}"
    eventually(lambda: sdk.ask(path, "fetch")["status"] == "in-progress")
    yield path
    if sdk.ask(path, "fetch")["status"] == "in-progress":
        sdk.ask(path, "update", status="completed")


def completed(sdk: Sdk, path: str) -> dict[str, Any]:
    found: dict[str, Any] = eventually(lambda: (r := sdk.ask(path, "fetch"))["status"] == "completed" and r)
    return found


def sound(address: str, url: str, simulator: RunningSimulator) -> bytes:
    """The media, asked for with the account's credentials through the recorder."""
    settings = simulator.settings
    token = b64encode(f"{settings.account_sid}:{settings.auth_token}".encode()).decode()
    at = url.replace(simulator.address, address)
    request = urllib.request.Request(at, headers={"Authorization": f"Basic {token}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        return bytes(answer.read())


def test_a_call_is_recorded_paused_resumed_stopped_and_deleted(
    sdk: Sdk, live: str, service: Service, recorder: Recorder, contract_simulator: RunningSimulator
) -> None:
    """Recordings resource: "Status: stopped, paused, in-progress"; "Twilio.CURRENT: reference the currently
    active recording"; RecordingStatusCallback: "in-progress, completed, absent"; "append .wav"."""
    made = sdk.ask(
        f"{live}/recordings",
        "create",
        recording_channels="dual",
        recording_status_callback=f"{service.address}/recording",
        recording_status_callback_event=["in-progress", "completed"],
    )
    assert (made["status"], made["source"], made["channels"]) == ("in-progress", "StartCallRecordingAPI", 2)
    assert (made["duration"], made["price"], made["track"]) == (None, None, "both")
    current = f"{live}/recordings/Twilio.CURRENT"
    assert sdk.ask(current, "update", status="paused", pause_behavior="skip")["status"] == "paused"
    assert sdk.ask(current, "update", status="in-progress")["status"] == "in-progress"
    eventually(lambda: service.at("/recording"))
    assert sdk.ask(current, "update", status="stopped")["status"] == "stopped"
    one = completed(sdk, f"{live}/recordings/{made['sid']}")
    assert int(one["duration"]) >= 1
    posts = eventually(lambda: len(service.at("/recording")) == 2 and service.at("/recording"))
    assert [post.form["RecordingStatus"] for post in posts] == ["in-progress", "completed"]
    assert all(post.genuine for post in posts)
    form = posts[1].form
    assert (form["RecordingSid"], form["RecordingDuration"], form["ErrorCode"]) == (
        made["sid"],
        one["duration"],
        "0",
    )
    with wave.open(
        io.BytesIO(sound(recorder.address, form["RecordingUrl"] + ".wav", contract_simulator))
    ) as file:
        assert (file.getnchannels(), file.getnframes() / file.getframerate()) == (2, float(one["duration"]))
    assert sound(recorder.address, form["RecordingUrl"], contract_simulator).startswith(b"RIFF")
    whole = sdk.ask(f"recordings/{made['sid']}", "fetch")
    assert float(whole["price"]) < 0
    assert [r["sid"] for r in sdk.ask("recordings", "list", call_sid=live.split("/")[1])] == [made["sid"]]
    assert [r["sid"] for r in sdk.ask(f"{live}/recordings", "list")] == [made["sid"]]
    sdk.ask(f"recordings/{made['sid']}", "delete")
    assert sdk.ask(f"{live}/recordings", "list") == []
    with pytest.raises(Refused) as refusal:
        sdk.ask(f"{live}/recordings/{made['sid']}", "fetch")
    assert refusal.value.code == 20404


def test_a_recording_ends_with_its_call_and_a_live_one_is_not_deleted(sdk: Sdk, live: str) -> None:
    """Recordings resource: "delete a recording"; 20009 while it runs; afterwards "completed"."""
    made = sdk.ask(f"{live}/recordings", "create")
    path = f"{live}/recordings/{made['sid']}"
    with pytest.raises(Refused) as refusal:
        sdk.ask(path, "delete")
    assert refusal.value.code == 20009
    sdk.ask(live, "update", status="completed")
    completed(sdk, path)
    sdk.ask(path, "delete")


def test_a_call_that_is_not_in_progress_cannot_be_recorded(sdk: Sdk, person: Person) -> None:
    """Error 21220: "Requested resource is not eligible for recording"."""
    call = sdk.ask("calls", "create", to=person(ring=500), from_=OURS, twiml=HOLD, timeout=600)
    with pytest.raises(Refused) as refusal:
        sdk.ask(f"calls/{call['sid']}/recordings", "create")
    assert (refusal.value.code, refusal.value.status) == (21220, 400)
    sdk.ask(f"calls/{call['sid']}", "update", status="canceled")


def test_a_call_created_with_record_is_recorded_from_its_answer(
    sdk: Sdk, person: Person, service: Service
) -> None:
    """Call resource, Create: "Record: whether to record the call"; "The recording_url is sent to the
    status_callback URL"."""
    call = sdk.ask(
        "calls",
        "create",
        to=person(),
        from_=OURS,
        twiml="<Response><Say>Cet appel est enregistré.</Say></Response>",
        record=True,
        recording_status_callback=f"{service.address}/recording",
        status_callback=f"{service.address}/status",
    )
    (post,) = eventually(lambda: service.at("/recording"))
    assert (post.form["RecordingSource"], post.form["CallSid"]) == ("OutboundAPI", call["sid"])
    (last,) = eventually(lambda: service.at("/status"))
    assert last.form["RecordingSid"] == post.form["RecordingSid"]
    assert last.form["RecordingUrl"] == post.form["RecordingUrl"]


def test_a_conference_is_recorded(sdk: Sdk, person: Person, service: Service) -> None:
    """TwiML Conference: "record: record-from-start"; Conference Recordings subresource."""
    name = f"recorded-{id(sdk)}"
    noun = (
        f'<Conference record="record-from-start" recordingStatusCallback="{service.address}/recording">{name}'
    )
    twiml = f"<Response><Dial>{noun}</Conference></Dial></Response>"
    calls = [
        sdk.ask("calls", "create", to=to, from_=OURS, twiml=twiml)["sid"]
        for to in (person(), "client:agent-3")
    ]
    (conference,) = eventually(
        lambda: sdk.ask("conferences", "list", friendly_name=name, status="in-progress")
    )
    path = f"conferences/{conference['sid']}/recordings"
    (made,) = eventually(lambda: sdk.ask(path, "list"))
    assert (made["source"], made["conference_sid"]) == ("Conference", conference["sid"])
    one = f"{path}/{made['sid']}"
    assert [sdk.ask(f"calls/{sid}/recordings", "list") for sid in calls] == [[], []]
    assert sdk.ask(one, "update", status="paused")["status"] == "paused"
    assert sdk.ask(f"{path}/Twilio.CURRENT", "update", status="in-progress")["status"] == "in-progress"
    for sid in calls:
        sdk.ask(f"calls/{sid}", "update", status="completed")
    completed(sdk, one)
    (post,) = eventually(lambda: service.at("/recording"))
    assert post.form["ConferenceSid"] == conference["sid"]
    sdk.ask(one, "delete")


def test_voicemail_is_recorded_by_the_verb(sdk: Sdk, person: Person, service: Service) -> None:
    """TwiML Record: "timeout: seconds of silence"; its action: "RecordingUrl, RecordingDuration"."""
    number = person(
        replies=[{"hears": "message", "say": "Rappelez-moi demain matin, merci.", "after": 5, "times": 1}]
    )
    service.documents["/done"] = "<Response><Hangup/></Response>"
    twiml = (
        f'<Response><Say>Laissez un message.</Say><Record action="{service.address}/done" timeout="15" '
        f'recordingStatusCallback="{service.address}/recording"/></Response>'
    )
    call = sdk.ask("calls", "create", to=number, from_=OURS, twiml=twiml)
    (asked,) = eventually(lambda: service.at("/done"))
    assert asked.form["RecordingUrl"].endswith(asked.form["RecordingSid"])
    assert asked.form["RecordingDuration"] == "3"
    (post,) = eventually(lambda: service.at("/recording"))
    assert (post.form["RecordingSource"], post.form["CallSid"]) == ("RecordVerb", call["sid"])

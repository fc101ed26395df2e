"""The real process, killed and restarted: what it promised is still true."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callsvc.simulator.settings import Settings
from callsvc.simulator.testing import ControlClient, running_simulator
from tests.simulator.service import OURS, Service, eventually

SLOW = "<Response><Pause length='3000'/></Response>"


@contextmanager
def process(data_dir: Path, speed: float = 1.0) -> Iterator[tuple[subprocess.Popen[str], ControlClient]]:
    """`python -m callsvc.simulator` on a free port, and somebody to ask it."""
    command = [sys.executable, "-m", "callsvc.simulator", "--port", "0", "--data-dir", str(data_dir)]
    environment = {"CALLSVC_CLOCK_SPEED": str(speed), "PATH": "/usr/bin:/bin", "SIMULATOR_CPS": "1000"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        try:
            line = running.stdout.readline() if running.stdout else ""
            yield running, ControlClient(line.split()[-1], Settings())
        finally:
            running.kill()
            running.wait(10)


def test_a_killed_carrier_keeps_its_word(
    tmp_path: Path, service: Service, connect: Callable[..., Client]
) -> None:
    with process(tmp_path) as (running, simulator):
        simulator.add_people(
            [{"number": "+33639980801", "ring": 0.1}, {"number": "+33639980802", "ring": 900}]
        )
        client = connect(simulator)
        sids = [
            client.calls.create(
                to=to,
                from_=OURS,
                twiml=SLOW,
                timeout=600,
                status_callback=f"{service.address}/status",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
            ).sid
            for to in ("+33639980801", "+33639980802")
        ]
        eventually(lambda: client.calls(sids[0]).fetch().status == "in-progress")
        simulator.text_in("+33639980801", OURS, "STOP")
        message = client.messages.create(
            to="+33639980802", from_=OURS, body="Bonjour", status_callback=f"{service.address}/sms"
        )
        last = client.calls.create(to="+33639980803", from_=OURS, twiml=SLOW).sid
        recording = (
            client.calls(sids[0])
            .recordings.create(
                recording_status_callback=f"{service.address}/recording",
                recording_status_callback_event=["completed", "absent"],
            )
            .sid
        )
        scheduled = client.messages.create(
            to="+33639980802",
            messaging_service_sid="MG" + "8" * 32,
            body="Demain",
            schedule_type="fixed",
            send_at=datetime.now(UTC) + timedelta(days=1),
        ).sid
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    service.requests.clear()
    with process(tmp_path) as (running, simulator):
        client = connect(simulator)
        ended = {call["sid"]: call for call in simulator.ledger()["calls"]}
        assert set(ended) == {*sids, last}
        assert {(call["status"], call["ended_by"]) for call in ended.values()} == {("failed", "carrier")}
        posts = eventually(lambda: len(service.at("/status")) == 2 and service.at("/status"))
        assert {post.form["CallSid"] for post in posts} == set(sids)
        assert {post.form["CallStatus"] for post in posts} == {"failed"}
        assert {post.form["SequenceNumber"] for post in posts} == {"3"}
        eventually(lambda: client.messages(message.sid).fetch().status == "delivered")
        assert eventually(lambda: service.at("/sms"))[-1].form["MessageStatus"] in ("sent", "delivered")
        (lost,) = eventually(lambda: service.at("/recording"))
        assert (lost.form["RecordingSid"], lost.form["RecordingStatus"]) == (recording, "absent")
        assert client.messages(scheduled).fetch().status == "scheduled"
        assert client.messages(scheduled).update(status="canceled").status == "canceled"
        with pytest.raises(TwilioRestException) as refusal:
            client.messages.create(to="+33639980801", from_=OURS, body="Encore")
        assert refusal.value.code == 21610
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


def test_a_last_callback_that_did_not_arrive_is_posted_again(
    tmp_path: Path, service: Service, connect: Callable[..., Client]
) -> None:
    with process(tmp_path, speed=50) as (running, simulator):
        client = connect(simulator)
        simulator.add_people([{"number": "+33639980804", "answers": "failed"}])
        simulator.fault(on="status-callback", kind="delay", seconds=60)
        call = client.calls.create(
            to="+33639980804", from_=OURS, twiml=SLOW, status_callback=f"{service.address}/status"
        )
        eventually(lambda: client.calls(call.sid).fetch().status == "failed")
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    assert service.at("/status") == []
    with process(tmp_path, speed=50):
        (post,) = eventually(lambda: service.at("/status"))
    assert (post.form["CallSid"], post.form["CallStatus"]) == (call.sid, "failed")


def test_a_carrier_that_came_back_leaves_nothing_of_the_one_before(caplog: pytest.LogCaptureFixture) -> None:
    """What ends with a carrier may ask for posts; they do not fail loudly, and the dead one hears no more."""
    callback = "statusCallback='http://127.0.0.1:9/'"
    twiml = f"<Response><Dial><Conference waitUrl='' {callback}>r</Conference></Dial></Response>"
    with running_simulator(speed=50) as running:
        server = running._server
        assert server is not None
        running.set_webhooks(voice_url="http://127.0.0.1:9/voice")
        running.add_people([{"number": "+33639980805", "ring": 0.1}])
        form = {"To": "+33639980805", "From": OURS, "Twiml": twiml}
        settings = running.settings
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (settings.account_sid, settings.auth_token)
            session.post(f"{running.address}{server.carrier.uri('/Calls.json')}", data=form, timeout=10)
        eventually(lambda: running.ask("GET", "/health")["live_conferences"])
        for _ in range(2):
            running.restart()
        assert len(server.carrier.store.listeners) == 1
        assert running.ask("GET", "/health")["live_calls"] == 0
    assert [record for record in caplog.records if record.name.startswith("callsvc.simulator")] == []

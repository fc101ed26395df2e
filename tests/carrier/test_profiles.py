"""The same outbound call, and the same text, on every make of carrier, through the service's own adapter."""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from callsvc.carrier.port import CALL_NOT_IN_PROGRESS, CallOrder, Refused
from callsvc.carrier.profiles import PROFILES, profile_of, require_capable
from callsvc.carrier.signature import is_ed25519, is_fresh, is_genuine, is_signed, sign
from callsvc.carrier.twilio import TwilioCarrier
from callsvc.carrier.twiml import Speech, ask, say_and_hang_up
from callsvc.core.errors import Invalid
from callsvc.core.settings import Settings
from callsvc.simulator.testing import RunningSimulator, running_simulator

OURS = "+33199000001"
THEIRS = "+33639980001"


@dataclass
class Ours:
    """What the service answers and was told; ``genuine`` holds a check's word on each request."""

    settings: Settings
    address: str = ""
    told: list[tuple[str, dict[str, str], bool]] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> str:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0)).decode()
        pairs = parse_qsl(body, keep_blank_values=True)
        genuine = is_signed(
            self.settings,
            profile_of(self.settings),
            url=self.address + handler.path,
            body=body,
            parameters=pairs,
            header=lambda name: handler.headers.get(name) or "",
            now=time.time(),
        )
        self.told.append((handler.path, dict(pairs), genuine))
        if handler.path == "/answer":
            prompt = [Speech("Appuyez sur 1.", "fr-FR")]
            return ask([], prompt, action="/key", timeout_s=5, digits=1, finish_on_key="")
        return say_and_hang_up([Speech("Au revoir.", "fr-FR")]) if handler.path == "/key" else ""

    def statuses(self, path: str, name: str) -> list[str]:
        return [form[name] for told, form, _ in list(self.told) if told == path]


@contextmanager
def listening(settings: Settings) -> Iterator[Ours]:
    ours = Ours(settings)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            data = ours.answer(self).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    ours.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()


def settings_for(settings: Settings, running: RunningSimulator, profile: str) -> Settings:
    return settings.model_copy(
        update={
            "callsvc_carrier_profile": profile,
            "callsvc_carrier_public_key": running.ask("GET", "/health")["public_key"],
            "callsvc_carrier_application": "app-1",
            "callsvc_hand_over": "none",
            "callsvc_client_timeout_s": 5.0,
            "twilio_api_base_url": running.address,
            "twilio_account_sid": running.settings.account_sid,
            "twilio_auth_token": f"{running.settings.auth_token},an-older-one",
        }
    )


@pytest.mark.parametrize("profile", list(PROFILES))
def test_a_campaigns_call_and_text_run_on_every_make_of_carrier(settings: Settings, profile: str) -> None:
    with running_simulator(stepped=True, profile=profile) as running:
        chosen = settings_for(settings, running, profile)
        require_capable(chosen)
        carrier = TwilioCarrier(chosen)
        running.add_people([{"number": THEIRS, "replies": [{"hears": "appuyez sur 1", "press": "1"}]}])
        with listening(chosen) as ours:
            call = carrier.create_call(
                CallOrder(
                    to=THEIRS,
                    from_=OURS,
                    answer_url=f"{ours.address}/answer",
                    fallback_url=f"{ours.address}/answer",
                    status_url=f"{ours.address}/status",
                    machine_detection="DetectMessageEnd",
                )
            )
            assert PROFILES[profile].accepts_sid(call.sid)
            assert [one.sid for one in carrier.list_calls(to=THEIRS)] == [call.sid]
            message = carrier.create_message(
                to=THEIRS, from_=OURS, body="Bonjour", status_url=f"{ours.address}/sms"
            )
            assert running.step(until="idle")["idle"]
            ended = carrier.fetch_call(call.sid)
            with pytest.raises(Refused) as refusal:
                carrier.end_call(call.sid)
            assert refusal.value.code == CALL_NOT_IN_PROGRESS
            assert carrier.fetch_message(message.sid).status == "delivered"
            assert [one.sid for one in carrier.list_messages(to=THEIRS)] == [message.sid]
        carrier._client.http_client._session.close()  # type: ignore[attr-defined]
    assert (ended.status, ended.sid) == ("completed", call.sid)
    assert ours.statuses("/status", "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert ours.statuses("/key", "Digits") == ["1"]
    assert ours.statuses("/sms", "MessageStatus") == ["sent", "delivered"]
    assert {genuine for _, _, genuine in ours.told} == {True}
    detected = {"human"} if PROFILES[profile].detection else set()
    assert {form["AnsweredBy"] for _, form, _ in ours.told if "AnsweredBy" in form} == detected


@pytest.mark.parametrize("profile", list(PROFILES))
def test_a_key_or_token_that_is_not_the_carriers_proves_nothing(settings: Settings, profile: str) -> None:
    wrong = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    with running_simulator(stepped=True, profile=profile) as running:
        chosen = settings_for(settings, running, profile)
        fooled = chosen.model_copy(
            update={"callsvc_carrier_public_key": wrong, "twilio_auth_token": "another"}
        )
        running.add_people([{"number": THEIRS, "answers": "failed"}])
        with listening(fooled) as ours:
            carrier = TwilioCarrier(chosen)
            url = f"{ours.address}/status"
            carrier.create_call(
                CallOrder(to=THEIRS, from_=OURS, answer_url=url, fallback_url=url, status_url=url)
            )
            running.step(until="idle")
            carrier._client.http_client._session.close()  # type: ignore[attr-defined]
    assert [genuine for _, _, genuine in ours.told] == [False, False]


def test_an_old_signature_is_worth_nothing_and_a_wrong_one_raises_nothing() -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    signature = base64.b64encode(key.sign(b"1000|A=1")).decode()
    assert is_ed25519(public, "1000", "A=1", signature)
    for tampered in (
        ("1001", "A=1", signature),
        ("1000", "A=2", signature),
        ("1000", "A=1", "é"),
        ("1000", "A=1", ""),
    ):
        assert not is_ed25519(public, *tampered)
    assert not is_ed25519("", "1000", "A=1", signature)
    assert is_fresh("1000", 1300, 300) and is_fresh("1000", 700, 300)
    assert not any(is_fresh(stamp, 1000, 300) for stamp in ("699", "1301", "", "1e3", "-1000", "١٠٠٠"))


def test_a_carrier_that_signs_by_key_gains_nothing_by_a_token(settings: Settings) -> None:
    """A request signed with the token, as other makes do, is refused where Ed25519 is the rule."""
    chosen = settings.model_copy(update={"callsvc_carrier_profile": "telnyx", "twilio_auth_token": "t"})
    headers = {"X-Twilio-Signature": sign("t", "http://x/", [])}
    assert is_genuine(["t"], "http://x/", [], headers["X-Twilio-Signature"])
    assert not is_signed(
        chosen,
        profile_of(chosen),
        url="http://x/",
        body="",
        parameters=[],
        header=lambda name: headers.get(name, ""),
        now=0.0,
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"callsvc_carrier_profile": "carrier-pigeon"}, "carrier-profile-unknown"),
        ({"callsvc_carrier_profile": "somleng"}, "carrier-no-conference"),
        (
            {"callsvc_carrier_profile": "telnyx", "callsvc_softphones": "sdk"},
            "carrier-no-softphone",
        ),
        ({"callsvc_carrier_profile": "telnyx", "callsvc_hand_over": "none"}, "carrier-key-missing"),
        (
            {
                "callsvc_carrier_profile": "telnyx",
                "callsvc_hand_over": "none",
                "callsvc_carrier_public_key": "a",
            },
            "carrier-key-missing",
        ),
    ],
)
def test_what_a_carrier_cannot_do_is_refused_at_the_start_and_by_doctor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], error: str
) -> None:
    from callsvc.operations.checks.machine import check_settings
    from callsvc.runtime import runtime_from_settings

    chosen = settings.model_copy(update=changes)
    with pytest.raises(Invalid) as refusal:
        runtime_from_settings(chosen)
    assert refusal.value.id == error
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), str(getattr(chosen, name)))
    finding = check_settings()
    assert (finding.state, finding.message) == ("wrong", refusal.value.message)


def test_every_carrier_that_needs_no_more_is_accepted_as_it_is(settings: Settings) -> None:
    for name in ("twilio", "signalwire"):
        assert require_capable(settings.model_copy(update={"callsvc_carrier_profile": name})).name == name

"""Reading the carrier's ledger: over HTTP, from a file, and what is said when it cannot be read."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from callsvc.audit.ledger import fetch_ledger, load_ledger, read_ledger
from callsvc.core.errors import Invalid, Unavailable

CALL = {
    "seq": 1, "sid": "CA1", "to": "+33639980001", "from": "+33162000100", "direction": "outbound-api",
    "parent_sid": None, "status": "no-answer", "created_at": "2020-11-16T09:00:00.000000+00:00",
    "initiated_at": "2020-11-16T09:00:00.500000+00:00", "ringing_at": "2020-11-16T09:00:01.000000+00:00",
    "answered_at": None, "ended_at": "2020-11-16T09:00:31.000000+00:00", "duration": None, "queue_ms": 0,
    "ended_by": "timeout", "answered_by": None, "conferences": [], "url": "http://x/y", "digits": "",
}  # fmt: skip


class Carrier(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert self.path == "/_simulator/ledger"
        body = json.dumps({"calls": [CALL], "messages": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def test_the_ledger_is_fetched_from_the_carriers_address() -> None:
    with HTTPServer(("127.0.0.1", 0), Carrier) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        (call,) = fetch_ledger(f"http://127.0.0.1:{server.server_port}/").calls
    assert (call.sid, call.outbound, call.duration, call.answered_at) == ("CA1", True, 0, None)
    assert call.began_at == call.initiated_at


def test_a_carrier_that_does_not_answer_and_a_strange_address_are_named() -> None:
    with pytest.raises(Unavailable) as down:
        fetch_ledger("http://127.0.0.1:1")
    assert down.value.id == "ledger-unavailable"
    with pytest.raises(Invalid):
        fetch_ledger("ftp://127.0.0.1/ledger")


@pytest.mark.parametrize("text", ["no json", "{}", '{"calls": [{}], "messages": []}', '{"calls": 1}'])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, text: str) -> None:
    saved = tmp_path / "ledger.json"
    saved.write_text(text)
    with pytest.raises(Invalid) as caught:
        load_ledger(saved)
    assert caught.value.id == "ledger-unreadable"


def test_agents_softphones_are_not_people_rung() -> None:
    agents = read_ledger({"calls": [CALL | {"to": "client:agent1"}], "messages": []})
    assert not agents.calls[0].outbound

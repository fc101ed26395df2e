"""The interface itself: who may use it, what it does not have, pages, and every operation's schema."""

from __future__ import annotations

import json
import socket
import struct
import sys
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest

from callsvc.simulator.rest.routes import ROUTES
from callsvc.simulator.testing import RunningSimulator
from tests.contract.recorder import Recorder
from tests.contract.sdks import PythonSdk, Refused, Sdk
from tests.contract.vendor import Vendor

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

_DATA_SEGMENTS_IN = 152  # where struct tcp_info has tcpi_data_segs_in


def raw(
    simulator: RunningSimulator, method: str, path: str, *, query: str = "", form: bytes = b""
) -> tuple[dict[str, Any], int]:
    """One request on a bare socket: the answer's JSON, and in how many pieces it came over the wire."""
    settings = simulator.settings
    user = f"{settings.account_sid}:{settings.auth_token}"
    whole = f"/2010-04-01/Accounts/{settings.account_sid}{path}{query}"
    lines = [
        f"{method} {whole} HTTP/1.1",
        "Host: simulator",
        f"Authorization: Basic {b64encode(user.encode()).decode()}",
        f"Content-Length: {len(form)}",
    ]
    with socket.create_connection(("127.0.0.1", urlsplit(simulator.address).port or 0), timeout=10) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + form)
        with line.makefile("rb") as answer:
            head = b"".join(iter(answer.readline, b"\r\n"))
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            body: dict[str, Any] = json.loads(answer.read(length))
        return body, _pieces(line)


def _pieces(line: socket.socket) -> int:
    """How many segments with data the kernel received: one for each write of the other side. 0: not told."""
    if sys.platform != "linux":
        return 0
    facts = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return int(struct.unpack_from("I", facts, _DATA_SEGMENTS_IN)[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the pieces that came")
@pytest.mark.parametrize("path", ["/Calls.json?To=nobody", "/Calls/CA" + "0" * 32 + ".json", ".json"])
def test_an_answer_leaves_in_one_write(contract_simulator: RunningSimulator, path: str) -> None:
    """Headers and body are one piece on the wire, however fast the two would follow one another."""
    told, pieces = raw(contract_simulator, "GET", path)
    assert told
    assert pieces == 1


def test_a_method_the_resource_does_not_have_is_405(contract_simulator: RunningSimulator) -> None:
    """Error 20004: "Method not allowed"."""
    refusal = raw(contract_simulator, "DELETE", "/Calls.json")[0]
    assert (refusal["code"], refusal["status"]) == (20004, 405)


def test_an_address_nobody_knows_is_404(contract_simulator: RunningSimulator) -> None:
    """Error 20404: "The requested resource was not found"; "more_info: a URL to the error's page"."""
    refusal = raw(contract_simulator, "GET", "/Spaceships.json")[0]
    assert (refusal["code"], refusal["status"]) == (20404, 404)
    assert refusal["more_info"] == "https://www.twilio.com/docs/errors/20404"


def test_wrong_credentials_are_401(recorder: Recorder, contract_simulator: RunningSimulator) -> None:
    """Error 20003: "Authenticate"; an API key and its secret do as well as the account and its token."""
    account = contract_simulator.settings.account_sid
    for user, password, welcome in (
        (account, "wrong", False),
        ("SK" + "0" * 32, "the-secret-of-the-key", True),
        ("SK" + "1" * 32, "x", True),
        ("SK" + "1" * 32, "the-secret-of-the-key", False),
    ):
        sdk = PythonSdk(recorder.address, account, user, password)
        try:
            sdk.ask(f"accounts/{account}", "fetch")
            assert welcome
        except Refused as refusal:
            assert not welcome
            assert (refusal.code, refusal.status) == (20003, 401)
        finally:
            sdk.close()


def test_too_many_requests_are_429(sdk: Sdk, contract_simulator: RunningSimulator, person: Any) -> None:
    """Error 20429: "Too many requests"."""
    contract_simulator.fault(on="calls.create", kind="throttle", times=1)
    with pytest.raises(Refused) as refusal:
        sdk.ask("calls", "create", to=person(), from_="+33199000001", twiml="<Response/>")
    contract_simulator.clear_faults()
    assert (refusal.value.code, refusal.value.status) == (20429, 429)


def test_the_pages_of_a_list_lead_to_one_another(contract_simulator: RunningSimulator, sdk: Sdk) -> None:
    """Twilio's response, paging: "first_page_uri, next_page_uri, previous_page_uri, page_size (max 1000)"."""
    for _ in range(3):
        sdk.ask("applications", "create", friendly_name="paged")
    page, _ = raw(contract_simulator, "GET", "/Applications.json", query="?FriendlyName=paged&PageSize=2")
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 2, 0, 1)
    assert page["previous_page_uri"] is None
    prefix = f"/2010-04-01/Accounts/{contract_simulator.settings.account_sid}"
    path, _, query = page["next_page_uri"].removeprefix(prefix).partition("?")
    second = raw(contract_simulator, "GET", path, query=f"?{query}")[0]
    assert second["page"] == 1
    assert second["previous_page_uri"].endswith("PageSize=2&Page=0")
    assert second["first_page_uri"] == page["first_page_uri"]
    assert not {one["sid"] for one in page["applications"]} & {one["sid"] for one in second["applications"]}
    most = raw(contract_simulator, "GET", "/Calls.json", query="?PageSize=5000")[0]
    assert most["page_size"] == 1000
    for one in sdk.ask("applications", "list", friendly_name="paged"):
        sdk.ask(f"applications/{one['sid']}", "delete")


def test_letters_that_are_no_text_are_refused_like_any_others(contract_simulator: RunningSimulator) -> None:
    """A form that is not UTF-8 is no fault of the simulator: 21201, as no To is in it."""
    refusal = raw(contract_simulator, "POST", "/Calls.json", form=b"\xff\xfe=1")[0]
    assert (refusal["code"], refusal["status"]) == (21201, 400)


@pytest.mark.parametrize(
    "query",
    [
        "?StartTime=9999-12-31",
        "?StartTime%3C=9999-12-31T23:59:59-14:00",
        "?StartTime%3E=0001-01-01T00:00:00%2B14:00",
        "?Page=99999999999999999999",
        "?PageToken=PA99999999999999999999",
    ],
)
def test_the_end_of_time_is_a_date_and_a_page_too_far_is_empty(
    contract_simulator: RunningSimulator, query: str
) -> None:
    """What others write for "without end" is no fault of the simulator."""
    assert "calls" in raw(contract_simulator, "GET", "/Calls.json", query=query)[0]


def test_unknown_parameters_are_passed_over(contract_simulator: RunningSimulator) -> None:
    """As on the carrier, a parameter nobody knows changes nothing."""
    assert "calls" in raw(contract_simulator, "GET", "/Calls.json", query="?Sung=loud")[0]


def test_every_operation_was_judged(
    request: pytest.FixtureRequest, recorder: Recorder, vendor: Vendor
) -> None:
    """The simulator answers nothing that no contract test asked for and held against the vendor's schema."""
    ran = {item.path for item in request.session.items}
    if not set(request.path.parent.glob("test_*.py")) <= ran:
        pytest.skip("counted only when every contract test runs")
    judged = {
        vendor.operation(one.method, one.path)["operationId"]
        for one in recorder.exchanges
        if one.status < 300 and not one.sound
    }
    root = "/2010-04-01/Accounts/AC1"
    mounted = [(method, root + path) for method, path, _, _ in ROUTES if path.endswith(".json")]
    known = {vendor.operation(method, path)["operationId"] for method, path in mounted}
    assert known | {"ListAccount"} <= judged, known - judged

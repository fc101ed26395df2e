"""The Call resource, through the carrier's SDKs for Python and Node.js."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.sdks import Refused, Sdk
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

Person = Callable[..., str]
HOLD = "<Response><Pause length='600'/></Response>"
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")


def ended(sdk: Sdk, sid: str) -> dict[str, object]:
    final = ("completed", "busy", "failed", "no-answer", "canceled")
    found: dict[str, object] = eventually(
        lambda: (call := sdk.ask(f"calls/{sid}", "fetch"))["status"] in final and call
    )
    return found


def test_a_created_call_is_queued(sdk: Sdk, person: Person) -> None:
    """Call resource, Call properties: "status: queued, ringing, in-progress, ..."; "start_time: null if the
    call has not yet been dialed"; "duration: empty for busy, failed, unanswered or ongoing calls"."""
    number = person(ring=500)
    call = sdk.ask("calls", "create", to=number, from_=OURS, twiml=HOLD, timeout=600)
    assert re.fullmatch("CA[0-9a-f]{32}", call["sid"])
    assert (call["status"], call["direction"], call["to"]) == ("queued", "outbound-api", number)
    assert (call["start_time"], call["end_time"], call["duration"]) == (None, None, None)
    assert (call["price"], call["price_unit"], call["queue_time"]) == (None, "USD", "0")
    assert _RFC3339.fullmatch(call["date_created"])
    sdk.ask(f"calls/{call['sid']}", "update", status="completed")


def test_a_finished_call_tells_its_length_and_price(sdk: Sdk, person: Person) -> None:
    """Call resource: "duration: the length of the call in seconds"; "price: ... a negative number"."""
    made = sdk.ask("calls", "create", to=person(), from_=OURS, twiml="<Response><Say>Oui.</Say></Response>")
    call = ended(sdk, made["sid"])
    assert call["status"] == "completed"
    assert int(str(call["duration"])) >= 1
    assert float(str(call["price"])) < 0
    assert str(call["start_time"]) <= str(call["end_time"])


def test_calls_are_filtered_and_paged(sdk: Sdk, person: Person) -> None:
    """Call resource, Read multiple: To, From, Status, "StartTime ... only calls that started on this date";
    "PageSize: default 50, maximum 1000"."""
    number = person(answers="busy")
    made = [sdk.ask("calls", "create", to=number, from_=OURS, twiml=HOLD)["sid"] for _ in range(5)]
    eventually(lambda: len(sdk.ask("calls", "list", to=number, status="busy")) == 5)
    paged = sdk.ask("calls", "list", to=number, from_=OURS, page_size=2, limit=5)
    assert [call["sid"] for call in paged] == made[::-1]
    now = datetime.now(UTC)
    yesterday, later = (now - timedelta(days=1)), (now + timedelta(days=2))
    after, before = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (yesterday, later))
    assert len(sdk.ask("calls", "list", to=number, start_time_after=after, start_time_before=before)) == 5
    assert sdk.ask("calls", "list", to=number, start_time_before=after) == []
    assert sdk.ask("calls", "list", to=number, end_time_before=after) == []
    assert sdk.ask("calls", "list", to=number, status="completed") == []
    assert sdk.ask("calls", "list", parent_call_sid=made[0]) == []


def test_a_live_call_is_moved_and_completed(sdk: Sdk, person: Person, service: Service) -> None:
    """Modify calls in progress: "Url ... new TwiML"; "Status completed: hang up ... even if in progress"."""
    call = sdk.ask("calls", "create", to=person(), from_=OURS, twiml=HOLD)
    path = f"calls/{call['sid']}"
    eventually(lambda: sdk.ask(path, "fetch")["status"] == "in-progress")
    service.documents["/next"] = HOLD
    sdk.ask(path, "update", url=f"{service.address}/next", method="GET")
    (asked,) = eventually(lambda: service.at("/next"))
    assert (asked.method, asked.form["CallSid"], asked.genuine) == ("GET", call["sid"], True)
    assert sdk.ask(path, "update", status="completed")["status"] == "completed"


def test_a_deleted_call_appears_no_more(sdk: Sdk, person: Person) -> None:
    """Call resource, Delete: "Once the record is deleted, it will no longer appear in the API"."""
    number = person(answers="failed")
    call = sdk.ask("calls", "create", to=number, from_=OURS, twiml=HOLD)
    ended(sdk, call["sid"])
    sdk.ask(f"calls/{call['sid']}", "delete")
    assert sdk.ask("calls", "list", to=number) == []
    with pytest.raises(Refused) as refusal:
        sdk.ask(f"calls/{call['sid']}", "fetch")
    assert (refusal.value.code, refusal.value.status) == (20404, 404)


def test_a_live_call_cannot_be_deleted(sdk: Sdk, person: Person) -> None:
    """Error 20009: "Cannot delete this resource before it is complete"."""
    call = sdk.ask("calls", "create", to=person(ring=500), from_=OURS, twiml=HOLD, timeout=600)
    with pytest.raises(Refused) as refusal:
        sdk.ask(f"calls/{call['sid']}", "delete")
    assert refusal.value.code == 20009
    sdk.ask(f"calls/{call['sid']}", "update", status="canceled")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "12"}, 21211),
        ({"from_": ""}, 21213),
        ({"from_": "not a number"}, 21212),
        ({"twiml": ""}, 21205),
        ({"url": "ftp://example.org"}, 21205),
        ({"url": "http://["}, 21205),
        ({"url": "http:///voice"}, 21205),
        ({"twiml": "x" * 4001}, 20001),
        ({"send_digits": "12x"}, 21206),
        ({"send_digits": "1" * 33}, 21206),
        ({"timeout": 0}, 21208),
        ({"method": "PUT"}, 21209),
        ({"application_sid": "AP" + "9" * 32}, 21218),
        ({"status_callback": "nowhere"}, 21609),
        ({"machine_detection": "Perhaps"}, 21234),
        ({"machine_detection_timeout": 2}, 21234),
        ({"machine_detection_speech_threshold": 999}, 21234),
        ({"machine_detection_speech_end_threshold": 5001}, 21234),
        ({"machine_detection_silence_timeout": 1999}, 21234),
    ],
)
def test_what_a_call_may_not_ask_for(sdk: Sdk, person: Person, wrong: dict[str, object], code: int) -> None:
    """Errors 21201 "No To number", 21205 "Invalid URL", 21206 "Invalid SendDigits", 21208 "Invalid Timeout",
    21209 "Invalid Method", 21218 "Invalid ApplicationSid", 21234 "Invalid Machine Detection value"."""
    asked = {"to": person(), "from_": OURS, "twiml": HOLD, **wrong}
    with pytest.raises(Refused) as refusal:
        sdk.ask("calls", "create", **asked)
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_an_unknown_event_is_a_warning_and_the_call_is_placed(sdk: Sdk, person: Person) -> None:
    """Warning 21626: "Invalid statusCallbackEvents value"; Notification resource: "log: 1 is WARNING"."""
    call = sdk.ask(
        "calls",
        "create",
        to=person(answers="busy"),
        from_=OURS,
        twiml=HOLD,
        status_callback="http://127.0.0.1:9/status",
        status_callback_event=["answered", "sung"],
    )
    (warning,) = sdk.ask(f"calls/{call['sid']}/notifications", "list", log=1)
    assert (warning["error_code"], warning["log"], warning["call_sid"]) == ("21626", "1", call["sid"])


def test_both_url_and_twiml_leave_the_twiml_out(sdk: Sdk, person: Person, service: Service) -> None:
    """Call resource, Create: "If both twiml and url are provided then twiml parameter will be ignored"."""
    service.documents["/voice"] = "<Response><Hangup/></Response>"
    call = sdk.ask("calls", "create", to=person(), from_=OURS, twiml=HOLD, url=f"{service.address}/voice")
    assert ended(sdk, call["sid"])["status"] == "completed"
    assert service.at("/voice")

"""The Call resource, through the vendor's client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import OURS, Service, eventually

Person = Callable[..., str]
HOLD = "<Response><Pause length='600'/></Response>"


def test_a_created_call_is_queued_without_a_start_time(client: Client, person: Person) -> None:
    call = client.calls.create(to=person(), from_=OURS, twiml=HOLD)
    assert call.sid.startswith("CA")
    assert len(call.sid) == 34
    assert (call.status, call.direction, call.start_time, call.duration) == (
        "queued",
        "outbound-api",
        None,
        None,
    )
    assert call.queue_time == "0"
    assert call.price is None
    client.calls(call.sid).update(status="completed")


def test_a_finished_call_shows_times_duration_and_price_as_strings(client: Client, person: Person) -> None:
    call = client.calls.create(to=person(), from_=OURS, twiml="<Response><Say>Bonjour.</Say></Response>")
    ended = eventually(lambda: (c := client.calls(call.sid).fetch()).status == "completed" and c)
    assert 1 <= int(ended.duration) <= 60
    assert ended.price.startswith("-0.0")
    assert ended.start_time <= ended.end_time
    assert ended.date_created.tzinfo is not None


def test_lists_page_and_filter(client: Client, person: Person) -> None:
    number = person(answers="failed")
    made = [client.calls.create(to=number, from_=OURS, twiml=HOLD).sid for _ in range(7)]
    eventually(lambda: len(client.calls.list(to=number, status="failed")) == 7)
    assert [call.sid for call in client.calls.stream(to=number, page_size=3)] == made[::-1]
    page = client.calls.page(to=number, page_size=3)
    assert page.previous_page_url is None
    assert "PageToken=" in page.next_page_url
    assert [call.sid for call in page.next_page()] == made[3:0:-1]
    assert client.calls.list(to=number, status="completed") == []
    assert client.calls.list(to=number, from_="+33199000099") == []


def test_a_queued_call_is_not_found_by_start_time(connect: Callable[..., Client]) -> None:
    """A queued call has no start time: list by To and compare creation times."""
    with running_simulator(speed=1, cps=0.01) as slow:
        client = connect(slow)
        number = "+33639980900"
        first, second = (client.calls.create(to=number, from_=OURS, twiml=HOLD) for _ in range(2))
        eventually(lambda: client.calls(first.sid).fetch().status == "ringing")
        yesterday = datetime.now(UTC) - timedelta(days=1)
        assert [c.sid for c in client.calls.list(to=number, start_time_after=yesterday)] == [first.sid]
        assert [c.sid for c in client.calls.list(to=number)] == [second.sid, first.sid]
        assert client.calls.list(to=number, start_time_before=yesterday) == []
        assert float(second.queue_time) == pytest.approx(100_000, rel=0.05)


def test_an_unencoded_plus_matches_nothing(
    simulator: RunningSimulator, client: Client, person: Person
) -> None:
    number = person(answers="failed")
    client.calls.create(to=number, from_=OURS, twiml=HOLD)
    url = f"{simulator.address}/2010-04-01/Accounts/{client.account_sid}/Calls.json?To={number}"
    assert client.http_client.request("GET", url, auth=client.auth).status_code == 200
    assert '"calls": []' in client.http_client.request("GET", url, auth=client.auth).text


def test_only_a_queued_or_ringing_call_can_be_canceled(client: Client, person: Person) -> None:
    ringing = client.calls.create(to=person(ring=500), from_=OURS, twiml=HOLD)
    eventually(lambda: client.calls(ringing.sid).fetch().status == "ringing")
    assert client.calls(ringing.sid).update(status="canceled").status == "canceled"
    talking = client.calls.create(to=person(), from_=OURS, twiml=HOLD)
    eventually(lambda: client.calls(talking.sid).fetch().status == "in-progress")
    with pytest.raises(TwilioRestException) as refusal:
        client.calls(talking.sid).update(status="canceled")
    assert (refusal.value.code, refusal.value.status) == (21220, 400)
    assert client.calls(talking.sid).update(status="completed").status == "completed"


@pytest.mark.parametrize(
    "change", [{"status": "completed"}, {"twiml": HOLD}, {"url": "http://127.0.0.1:1/x"}]
)
def test_a_call_that_ended_cannot_be_changed(client: Client, person: Person, change: dict[str, str]) -> None:
    """21220: "Call is not in-progress. Cannot redirect.": the person hung up."""
    call = client.calls.create(to=person(answers="failed"), from_=OURS, twiml=HOLD)
    eventually(lambda: client.calls(call.sid).fetch().status == "failed")
    with pytest.raises(TwilioRestException) as refusal:
        client.calls(call.sid).update(**change)
    assert (refusal.value.code, refusal.value.status) == (21220, 400)


def test_an_update_moves_a_live_call_to_another_document(
    client: Client, person: Person, service: Service
) -> None:
    service.documents["/moved"] = "<Response><Say>Ailleurs.</Say></Response>"
    call = client.calls.create(to=person(), from_=OURS, twiml=HOLD)
    eventually(lambda: client.calls(call.sid).fetch().status == "in-progress")
    assert client.calls(call.sid).update(url=f"{service.address}/moved").status == "in-progress"
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")
    assert service.at("/moved")[0].form["CallSid"] == call.sid


def test_the_url_is_fetched_on_answer_only_and_wins_over_twiml(
    client: Client, person: Person, service: Service
) -> None:
    unanswered = client.calls.create(
        to=person(answers="no-answer"), from_=OURS, url=f"{service.address}/never"
    )
    call = client.calls.create(
        to=person(), from_=OURS, url=f"{service.address}/here", twiml="<Response><Say>Non</Say></Response>"
    )
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")
    eventually(lambda: client.calls(unanswered.sid).fetch().status == "no-answer")
    assert len(service.at("/here")) == 1
    assert service.at("/never") == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": "0639980001"}, 21211),
        ({"to": "+33 6 39 98 00 01"}, 21211),
        ({"to": ""}, 21201),
        ({"url": ""}, 21205),
        ({"url": "ftp://example.invalid/"}, 21205),
        ({"from_": ""}, 21213),
        ({"from_": "me"}, 21212),
        ({"timeout": "soon"}, 21208),
    ],
)
def test_what_the_vendor_refuses_is_refused_with_its_code(
    client: Client, options: dict[str, str], code: int
) -> None:
    wanted = {"to": "+33639980001", "from_": OURS, "url": "http://127.0.0.1:1/"} | options
    with pytest.raises(TwilioRestException) as refusal:
        client.calls.create(**wanted)  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_wrong_credentials_and_unknown_resources(
    connect: Callable[..., Client], client: Client, simulator: RunningSimulator
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        connect(simulator, password="wrong").calls("CA" + "0" * 32).fetch()
    assert (refusal.value.code, refusal.value.status) == (20003, 401)
    with pytest.raises(TwilioRestException) as refusal:
        client.calls("CA" + "0" * 32).fetch()
    assert (refusal.value.code, refusal.value.status) == (20404, 404)


def test_an_api_key_is_as_good_as_the_token(connect: Callable[..., Client]) -> None:
    with running_simulator(api_key_sid="SK" + "1" * 32, api_key_secret="key-secret") as running:
        assert connect(running, "SK" + "1" * 32, "key-secret").calls.list(limit=1) == []
        assert connect(running).api.accounts(running.settings.account_sid).fetch().status == "active"


def test_calls_over_the_pace_wait_their_turn(connect: Callable[..., Client]) -> None:
    """Excess calls are "queued and executed at the account's rate", in lived seconds."""
    with running_simulator(speed=20, cps=0.5) as running:
        client = connect(running)
        running.add_people([{"number": "+33639980901", "answers": "failed"}])
        calls = [client.calls.create(to="+33639980901", from_=OURS, twiml=HOLD) for _ in range(6)]
        assert int(calls[-1].queue_time) > 0
        ledger = eventually(
            lambda: (found := running.ledger()["calls"]) and all(c["ended_at"] for c in found) and found
        )
        starts = [datetime.fromisoformat(call["initiated_at"]) for call in ledger]
        turns = [
            datetime.fromisoformat(call["created_at"]) + timedelta(milliseconds=call["queue_ms"])
            for call in ledger
        ]
        assert starts == sorted(starts)
        assert all(
            start > turn - timedelta(milliseconds=50) for start, turn in zip(starts, turns, strict=True)
        )
        assert min((b - a).total_seconds() for a, b in pairwise(turns)) > 1.99


def test_another_carrier_refuses_the_excess(connect: Callable[..., Client]) -> None:
    with running_simulator(speed=1, cps=2, cps_policy="refuse") as running:
        client = connect(running)
        with pytest.raises(TwilioRestException) as refusal:
            for _ in range(20):
                client.calls.create(to="+33639980901", from_=OURS, twiml=HOLD)
        assert (refusal.value.code, refusal.value.status) == (20429, 429)
        assert len(running.ledger()["calls"]) < 5


def test_an_answer_leaves_in_one_write(simulator: RunningSimulator) -> None:
    """Headers and body in two segments cost a client 40 ms of delayed acknowledgement each."""
    import socket
    from urllib.parse import urlsplit

    port = urlsplit(simulator.address).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=5) as line:
        line.sendall(b"GET /2010-04-01/Accounts/x/Calls.json HTTP/1.1\r\nHost: x\r\n\r\n")
        head, _, body = line.recv(65536).partition(b"\r\n\r\n")
    assert b"401" in head
    assert body.endswith(b"}")

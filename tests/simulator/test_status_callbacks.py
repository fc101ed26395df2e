"""Signed webhooks and the status callbacks of calls.

"CallSid, AccountSid, From, To, Caller, Called, CallStatus, ApiVersion, Direction ... and, for status
callbacks, CallbackSource, Timestamp, SequenceNumber, CallDuration, Duration, SipResponseCode."
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from twilio.request_validator import RequestValidator
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator
from callsvc.simulator.webhooks.address import parse_address
from callsvc.simulator.webhooks.signature import signature
from tests.simulator.service import OURS, Reply, Service, eventually

Person = Callable[..., str]
EVENTS = ["initiated", "ringing", "answered", "completed"]
SHORT = "<Response><Say>Bonjour.</Say></Response>"


def test_the_signature_is_the_vendors_own() -> None:
    url = "https://example.invalid/voice/é?b=2&a=%C3%A9"
    form = {"To": "+33639980001", "Body": "Ça va ?", "Empty": "", "CallSid": "CA1"}
    assert RequestValidator("token").validate(url, form, signature("token", url, form.items()))
    assert not RequestValidator("other").validate(url, form, signature("token", url, form.items()))


def test_events_come_in_order_with_their_numbers(client: Client, person: Person, service: Service) -> None:
    service.documents["/voice"] = SHORT
    call = client.calls.create(
        to=person(),
        from_=OURS,
        url=f"{service.address}/voice",
        status_callback=f"{service.address}/status?attempt=7",
        status_callback_event=EVENTS,
    )
    eventually(lambda: len(service.at("/status")) == 4)
    told = service.at("/status")
    assert [post.form["CallStatus"] for post in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [post.form["SequenceNumber"] for post in told] == ["0", "1", "2", "3"]
    assert all(post.genuine and post.form["attempt"] == "7" for post in told)
    last = told[-1]
    assert last.form["CallSid"] == call.sid
    assert last.form["CallbackSource"] == "call-progress-events"
    assert 1 <= int(last.form["CallDuration"]) <= 60
    assert last.form["Duration"] == "1"  # minutes, rounded up
    assert last.form["SipResponseCode"] == "200"
    assert (last.form["Direction"], last.form["ApiVersion"]) == ("outbound-api", "2010-04-01")
    assert (last.form["FromCity"], last.form["ToCountry"]) == ("", "FR")
    assert (last.form["Caller"], last.form["Called"]) == (last.form["From"], last.form["To"])
    assert parsedate_to_datetime(last.form["Timestamp"]).tzinfo is not None
    assert last.headers["User-Agent"] == "TwilioProxy/1.1"
    assert last.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8"


def test_by_default_only_the_end_is_told(client: Client, person: Person, service: Service) -> None:
    for answer, status, sip in (
        ("busy", "busy", "486"),
        ("no-answer", "no-answer", "487"),
        ("human", "completed", "200"),
    ):
        client.calls.create(
            to=person(answers=answer),
            from_=OURS,
            twiml=SHORT,
            timeout=5,
            status_callback=f"{service.address}/{status}",
        )
        told = eventually(lambda status=status: service.at(f"/{status}"))
        assert [(post.form["CallStatus"], post.form["SequenceNumber"]) for post in told] == [(status, "0")]
        assert told[0].form["SipResponseCode"] == sip
        assert "CallDuration" in told[0].form


def test_events_in_one_text_with_spaces_stop_after_initiated(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    """`StatusCallbackEvent` is repeated on the wire; as one text, nothing after initiated comes."""
    call = client.calls.create(
        to=person(),
        from_=OURS,
        twiml=SHORT,
        status_callback=f"{service.address}/status",
        status_callback_event=[" ".join(EVENTS)],
    )
    eventually(lambda: simulator.call(call.sid)["ended_at"])
    marker = client.calls.create(
        to=person(answers="failed"), from_=OURS, twiml=SHORT, status_callback=f"{service.address}/mark"
    )
    eventually(lambda: service.at("/mark"))
    assert marker.sid
    assert [post.form["CallStatus"] for post in service.at("/status")] == ["initiated"]


def test_a_slow_service_never_sees_events_out_of_order(
    client: Client, person: Person, service: Service
) -> None:
    service.documents["/status"] = [Reply(after=0.4), Reply()]
    client.calls.create(
        to=person(),
        from_=OURS,
        twiml=SHORT,
        status_callback=f"{service.address}/status",
        status_callback_event=EVENTS,
    )
    eventually(lambda: len(service.at("/status")) == 4)
    assert [post.form["SequenceNumber"] for post in service.at("/status")] == ["0", "1", "2", "3"]


def test_the_fragment_asks_for_retries_and_is_never_sent(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    service.documents["/voice"] = [Reply(status=500), Reply(status=500), SHORT]
    call = client.calls.create(to=person(), from_=OURS, url=f"{service.address}/voice#rc=3&rp=all")
    end = eventually(lambda: (found := simulator.call(call.sid))["ended_at"] and found)
    posts = service.at("/voice")
    assert len(posts) == 3
    assert all("#" not in post.url and post.genuine for post in posts)
    assert len({post.headers["I-Twilio-Idempotency-Token"] for post in posts}) == 1
    assert end["status"] == "completed"
    assert not [line for line in end["timeline"] if line["kind"] == "notification"]


def test_a_5xx_is_not_retried_without_being_asked(client: Client, person: Person, service: Service) -> None:
    service.documents["/status"] = Reply(status=500)
    client.calls.create(
        to=person(answers="failed"), from_=OURS, twiml=SHORT, status_callback=f"{service.address}/status"
    )
    eventually(lambda: service.at("/status"))
    client.calls.create(
        to=person(answers="failed"), from_=OURS, twiml=SHORT, status_callback=f"{service.address}/mark"
    )
    eventually(lambda: service.at("/mark"))
    assert len(service.at("/status")) == 1


def test_a_refused_connection_is_tried_once_more_then_the_call_ends(
    client: Client, person: Person, simulator: RunningSimulator
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    call = client.calls.create(to=person(), from_=OURS, url=f"http://127.0.0.1:{port}/voice")
    end = eventually(lambda: (found := simulator.call(call.sid))["ended_at"] and found)
    (response,) = [line for line in end["timeline"] if line["kind"] == "response"]
    assert (response["tries"], response["code"]) == (2, 11205)


def test_a_read_time_out_counts_in_machine_seconds(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    """At speed 50 a lived 15 s would be 0.3 s: a service that answers in 0.6 s is not late."""
    service.documents["/voice"] = Reply(SHORT, after=0.6)
    service.documents["/hurried"] = Reply(SHORT, after=0.6)
    patient = client.calls.create(to=person(), from_=OURS, url=f"{service.address}/voice")
    hurried = client.calls.create(to=person(), from_=OURS, url=f"{service.address}/hurried#rt=200&rc=0")
    ends = [
        eventually(lambda sid=sid: (f := simulator.call(sid))["ended_at"] and f)
        for sid in (patient.sid, hurried.sid)
    ]
    codes = [[line["code"] for line in end["timeline"] if line["kind"] == "response"] for end in ends]
    assert codes == [[0], [11200]]


def test_overrides_are_read_within_the_vendors_limits() -> None:
    address = parse_address("https://example.invalid/a?b=c#rc=9&ct=2500&rt=60000&rp=4xx,5xx")
    assert address.url == "https://example.invalid/a?b=c"
    assert (address.retries, address.connect, address.read) == (5, 2.5, 15.0)
    assert address.retries_on("5xx")
    assert not address.retries_on("ct")
    assert parse_address("http://example.invalid/").retries_on("ct")

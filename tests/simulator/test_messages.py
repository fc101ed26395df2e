"""Messages: statuses, replies, and the words that stop them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callsvc.simulator.messages.record import count_segments
from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Service, eventually

Person = Callable[..., str]


def test_a_message_is_sent_then_delivered_and_its_first_status_is_never_told(
    client: Client, person: Person, service: Service
) -> None:
    message = client.messages.create(
        to=person(), from_=OURS, body="Bonjour", status_callback=f"{service.address}/sms"
    )
    assert (message.status, message.num_segments, message.price) == ("queued", "1", None)
    eventually(lambda: len(service.at("/sms")) == 2)
    told = service.at("/sms")
    assert [post.form["MessageStatus"] for post in told] == ["sent", "delivered"]
    assert all(
        post.genuine and post.form["MessageSid"] == post.form["SmsSid"] == message.sid for post in told
    )
    assert len(told[1].form["RawDlrDoneDate"]) == 10
    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("delivered", None)
    assert fetched.price.startswith("-")
    today = fetched.date_sent.date()
    assert [m.sid for m in client.messages.list(to=message.to, date_sent=today)] == [message.sid]


def test_what_cannot_be_delivered_says_why(client: Client, person: Person, service: Service) -> None:
    message = client.messages.create(
        to=person(sms="undelivered"), from_=OURS, body="Bonjour", status_callback=f"{service.address}/sms"
    )
    eventually(lambda: client.messages(message.sid).fetch().status == "undelivered")
    told = eventually(lambda: len(service.at("/sms")) == 2 and service.at("/sms"))
    assert (told[1].form["MessageStatus"], told[1].form["ErrorCode"]) == ("undelivered", "30003")


def test_a_messaging_service_accepts_first(
    client: Client, person: Person, simulator: RunningSimulator
) -> None:
    service_sid = "MG" + "7" * 32
    simulator.set_number(number="+33199000044", messaging_service_sid=service_sid)
    message = client.messages.create(to=person(), messaging_service_sid=service_sid, body="Bonjour")
    assert (message.status, message.from_) == ("accepted", "+33199000044")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "0639980001"}, 21211),
        ({"from_": ""}, 21603),
        ({"from_": "not a sender at all"}, 21606),
        ({"from_": "+33199000055"}, 21606),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
    ],
)
def test_what_the_vendor_refuses_is_refused_with_its_code(
    client: Client, simulator: RunningSimulator, options: dict[str, str], code: int
) -> None:
    simulator.set_number(number="+33199000055", sms=False)
    wanted = {"to": "+33639980001", "from_": OURS, "body": "Bonjour"} | options
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(**wanted)  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_a_person_who_texts_stop_cannot_be_texted_until_they_start_again(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    simulator.set_webhooks(sms_url=f"{service.address}/inbound")
    number = person(texts=[{"on": "sms", "matches": "rappel", "body": " stop ", "after": 5}])
    client.messages.create(to=number, from_=OURS, body="Ceci est un rappel")
    stop = eventually(lambda: service.at("/inbound"))[0]
    assert (stop.form["Body"], stop.form["From"], stop.form["To"]) == (" stop ", number, OURS)
    assert (stop.form["SmsStatus"], stop.form["NumMedia"], stop.form["FromCountry"]) == (
        "received",
        "0",
        "FR",
    )
    assert stop.genuine
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(to=number, from_=OURS, body="Encore")
    assert (refusal.value.code, refusal.value.status) == (21610, 400)
    other = client.messages.create(to=number, from_="+33199000002", body="Une autre paire")
    assert other.status == "queued"
    simulator.text_in(number, OURS, "START")
    assert client.messages.create(to=number, from_=OURS, body="De nouveau").status == "queued"


def test_the_service_replies_by_twiml(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    service.documents["/inbound"] = "<Response><Message>Bien recu</Message></Response>"
    simulator.set_number(number="+33199000066", sms_url=f"{service.address}/inbound")
    number = person()
    sid = simulator.text_in(number, "+33199000066", "oui")
    (reply,) = eventually(lambda: client.messages.list(to=number))
    assert (reply.body, reply.from_, reply.direction) == ("Bien recu", "+33199000066", "outbound-reply")
    inbound = client.messages(sid).fetch()
    assert (inbound.status, inbound.direction) == ("received", "inbound")


def test_an_accent_outside_the_basic_set_makes_messages_shorter() -> None:
    assert count_segments("é" * 160) == 1
    assert count_segments("e" * 161) == 2
    assert count_segments("ê" * 70) == 1
    assert count_segments("ê" * 71) == 2
    assert count_segments("€" * 81) == 2

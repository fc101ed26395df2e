"""Telephones held by hand, over the interface that the phone page uses too."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

import pytest
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Service, eventually

MENU = (
    '<Response><Gather numDigits="1" action="/next" timeout="60" language="fr-FR">'
    '<Say language="fr-FR">Bonjour. Pour confirmer, appuyez sur 1.</Say></Gather></Response>'
)
NEXT = '<Response><Say language="en-US">Thank you.</Say><Pause length="60"/></Response>'
ADA = "+33639981801"
BOB = "+33639981802"


class Phone:
    """A program that holds a telephone."""

    def __init__(self, simulator: RunningSimulator, number: str) -> None:
        self.simulator = simulator
        self.path = f"/phones/{quote(number)}"
        self.number = number
        simulator.ask("POST", "/phones", {"number": number, "keep": True})

    def do(self, verb: str, **body: Any) -> Any:
        return self.simulator.ask("POST", f"{self.path}/{verb}", body)

    def state(self) -> Any:
        return self.simulator.ask("GET", self.path)

    def rings(self) -> Any:
        return eventually(lambda: (self.state()["call"] or {}).get("ringing"))

    def heard(self) -> list[str]:
        return [line["text"] for line in self.state()["lines"] if line["who"] in ("platform", "other")]


@pytest.fixture
def hold(simulator: RunningSimulator) -> Iterator[Callable[[str], Phone]]:
    phones: list[Phone] = []

    def take(number: str) -> Phone:
        phones.append(Phone(simulator, number))
        return phones[-1]

    yield take
    for phone in phones:
        try:
            simulator.ask("DELETE", phone.path)
        except HTTPError as gone:
            assert gone.code == 404


def call_out(client: Client, service: Service, to: str, **options: Any) -> str:
    return str(client.calls.create(to=to, from_=OURS, url=service.address + "/menu", **options).sid)


def test_a_call_is_answered_heard_and_its_keys_reach_the_service(
    hold: Callable[[str], Phone], client: Client, service: Service
) -> None:
    service.documents |= {"/menu": MENU, "/next": NEXT}
    phone = hold(ADA)
    sid = call_out(client, service, ADA)
    phone.rings()
    assert phone.state()["call"]["with"] == OURS
    phone.do("answer")
    eventually(lambda: "Bonjour. Pour confirmer, appuyez sur 1." in phone.heard())
    said = next(line for line in phone.state()["lines"] if line["who"] == "platform")
    assert said["language"] == "fr-FR"
    assert said["seconds"] > 1
    eventually(lambda: (phone.state()["call"]["gather"] or {}).get("numDigits") == "1")
    phone.do("press", digits="1")
    eventually(lambda: "Thank you." in phone.heard())
    assert service.at("/next")[0].form["Digits"] == "1"
    phone.do("hangup")
    eventually(lambda: client.calls(sid).fetch().status == "completed")
    last = phone.state()["last_call"]
    assert (last["sid"], last["ended_by"]) == (sid, "person")


def test_the_one_who_holds_the_telephone_decides_and_not_its_persona(
    hold: Callable[[str], Phone], simulator: RunningSimulator, client: Client, service: Service
) -> None:
    simulator.add_people([{"number": ADA, "answers": "busy"}])
    service.documents["/menu"] = MENU
    phone = hold(ADA)
    declined = call_out(client, service, ADA)
    phone.rings()
    assert phone.do("decline")
    eventually(lambda: client.calls(declined).fetch().status == "busy")
    ignored = call_out(client, service, ADA, timeout=5)
    eventually(lambda: client.calls(ignored).fetch().status == "no-answer")
    canceled = call_out(client, service, ADA)
    phone.rings()
    client.calls(canceled).update(status="canceled")
    eventually(lambda: phone.state()["call"] is None)


def test_a_second_caller_finds_it_busy(
    hold: Callable[[str], Phone], client: Client, service: Service
) -> None:
    service.documents["/menu"] = MENU
    phone = hold(ADA)
    call_out(client, service, ADA)
    phone.rings()
    phone.do("answer")
    second = call_out(client, service, ADA)
    eventually(lambda: client.calls(second).fetch().status == "busy")
    assert phone.state()["call"]["status"] == "in-progress"


def test_it_places_calls_and_hears_a_refusal_where_nobody_is(
    hold: Callable[[str], Phone], simulator: RunningSimulator, service: Service
) -> None:
    phone = hold(ADA)
    with pytest.raises(HTTPError, match="no-voice-webhook"):
        phone.do("call", to=OURS)
    service.documents["/menu"] = '<Response><Gather input="speech" action="/next" timeout="60"/></Response>'
    service.documents["/next"] = NEXT
    simulator.set_webhooks(voice_url=service.address + "/menu")
    phone.do("call", to=OURS)
    eventually(lambda: (phone.state()["call"]["gather"] or {}).get("input") == "speech")
    phone.do("say", words="I would like an appointment")
    eventually(lambda: "Thank you." in phone.heard())
    assert service.at("/next")[0].form["SpeechResult"] == "I would like an appointment"


def test_two_telephones_that_are_connected_hear_each_other(
    hold: Callable[[str], Phone], simulator: RunningSimulator, client: Client, service: Service
) -> None:
    service.documents["/menu"] = "<Response><Dial><Conference>room-of-two</Conference></Dial></Response>"
    ada, bob = hold(ADA), hold(BOB)
    for phone in (ada, bob):
        call_out(client, service, phone.number)
        phone.rings()
        phone.do("answer")
    eventually(lambda: ada.state()["call"]["connected_with"] == [BOB])
    assert bob.state()["call"]["connected_with"] == [ADA]
    ada.do("say", words="Can you hear me?")
    line = eventually(lambda: next((o for o in bob.state()["lines"] if o["who"] == "other"), None))
    assert (line["text"], line["from"]) == ("Can you hear me?", ADA)
    assert all(other["who"] != "other" for other in ada.state()["lines"])
    bob.do("hangup")
    eventually(lambda: ada.state()["call"]["connected_with"] == [])


def test_a_dialled_party_held_by_hand_is_connected_too(
    hold: Callable[[str], Phone], simulator: RunningSimulator, service: Service
) -> None:
    service.documents["/menu"] = "<Response><Dial><Client>desk-1</Client></Dial><Hangup/></Response>"
    simulator.set_webhooks(voice_url=service.address + "/menu")
    ada, desk = hold(ADA), hold("client:desk-1")
    ada.do("call", to=OURS)
    desk.rings()
    desk.do("answer")
    eventually(lambda: ada.state()["call"]["connected_with"] == ["client:desk-1"])
    eventually(lambda: desk.state()["call"]["connected_with"] == [ADA])
    desk.do("say", words="Platform, good morning")
    eventually(lambda: "Platform, good morning" in ada.heard())


def test_a_person_one_is_connected_with_hears_the_telephone_and_answers(
    hold: Callable[[str], Phone], simulator: RunningSimulator, service: Service
) -> None:
    replies = [{"hears": "your name", "say": "Baker", "after": 1}]
    simulator.add_people([{"number": BOB, "ring": 1, "replies": replies, "hangs_up": {"hears": "goodbye"}}])
    service.documents["/menu"] = f"<Response><Dial>{BOB}</Dial></Response>"
    simulator.set_webhooks(voice_url=service.address + "/menu")
    ada = hold(ADA)
    ada.do("call", to=OURS)
    eventually(lambda: (ada.state()["call"] or {}).get("connected_with") == [BOB])
    ada.do("say", words="What is your name?")
    eventually(lambda: "Baker" in ada.heard())
    ada.do("say", words="Goodbye then")
    eventually(lambda: ada.state()["call"] is None)


def test_a_caller_in_a_queue_is_connected_with_the_telephone_that_calls_it_out(
    hold: Callable[[str], Phone], simulator: RunningSimulator, client: Client, service: Service
) -> None:
    service.documents["/menu"] = "<Response><Enqueue>line-of-one</Enqueue></Response>"
    service.documents["/out"] = "<Response><Dial><Queue>line-of-one</Queue></Dial></Response>"
    simulator.set_webhooks(voice_url=service.address + "/menu")
    ada, desk = hold(ADA), hold("client:desk-2")
    ada.do("call", to=OURS)
    eventually(client.queues.list)
    client.calls.create(to="client:desk-2", from_=OURS, url=service.address + "/out")
    desk.rings()
    desk.do("answer")
    eventually(lambda: desk.state()["call"]["connected_with"] == [ADA])
    assert ada.state()["call"]["connected_with"] == ["client:desk-2"]
    ada.do("say", words="At last")
    eventually(lambda: "At last" in desk.heard())


def test_text_messages_go_both_ways_as_one_conversation(
    hold: Callable[[str], Phone], simulator: RunningSimulator, client: Client, service: Service
) -> None:
    simulator.set_webhooks(sms_url=service.address + "/sms")
    service.documents["/sms"] = "<Response><Message>Noted &lt;b&gt;</Message></Response>"
    phone = hold(ADA)
    client.messages.create(to=ADA, from_=OURS, body="Your visit is tomorrow. " * 8)
    messages = lambda: simulator.ask("GET", f"{phone.path}/messages")["messages"]  # noqa: E731
    eventually(lambda: len(messages()) == 1)
    phone.do("text", to=OURS, body="OK")
    eventually(lambda: len(messages()) == 3)
    assert [(m["mine"], m["segments"]) for m in messages()] == [(False, 2), (True, 1), (False, 1)]
    assert messages()[2]["body"] == "Noted <b>"


def test_a_telephone_nobody_listens_to_any_more_goes_back_to_its_persona_and_its_call_ends(
    simulator: RunningSimulator, client: Client, service: Service
) -> None:
    carrier = simulator._server.carrier  # type: ignore[union-attr]  # its seconds are real ones
    times = carrier.handsets.lost_after, carrier.handsets.hang_up_after
    carrier.handsets.lost_after, carrier.handsets.hang_up_after = 0.3, 0.9
    service.documents["/menu"] = "<Response><Say>Hold on.</Say><Pause length='600'/></Response>"
    simulator.add_people([{"number": BOB, "answers": "human", "ring": 1}])
    simulator.ask("POST", "/phones", {"number": BOB})
    try:
        with listening(simulator, BOB) as events:
            sid = call_out(client, service, BOB)
            eventually(lambda: any(e == "state" and (d["call"] or {}).get("ringing") for e, d in events))
            simulator.ask("POST", f"/phones/{quote(BOB)}/answer")
            eventually(lambda: any(e == "line" and d["who"] == "platform" for e, d in events))
        with listening(simulator, BOB) as again:  # a page that is loaded again finds its call
            eventually(lambda: again and again[0][1]["call"]["sid"] == sid)
            assert any(line["who"] == "platform" for line in again[0][1]["lines"])
        eventually(lambda: client.calls(sid).fetch().status == "completed")
        assert simulator.call(sid)["ended_by"] == "person"
        other = call_out(client, service, BOB)
        eventually(lambda: client.calls(other).fetch().status == "in-progress")
        client.calls(other).update(status="completed")
    finally:
        carrier.handsets.lost_after, carrier.handsets.hang_up_after = times


class listening:  # noqa: N801 - reads as a verb
    """Follow the events of a telephone for the length of a with statement."""

    def __init__(self, simulator: RunningSimulator, number: str) -> None:
        self._connection = HTTPConnection(urlsplit(simulator.address).netloc, timeout=10)
        self._connection.request("GET", f"/_simulator/phones/{quote(number)}/events")
        self._response = self._connection.getresponse()
        assert self._response.status == 200
        self.events: list[tuple[str, Any]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> list[tuple[str, Any]]:
        self._thread.start()
        return self.events

    def __exit__(self, *_: object) -> None:
        if self._response.fp is not None:  # the stream has not ended by itself
            self._response.fp.raw._sock.shutdown(2)  # type: ignore[attr-defined]
        self._thread.join(5)
        self._response.close()
        self._connection.close()

    def _read(self) -> None:
        name = ""
        for line in self._response:
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                self.events.append((name, json.loads(line[6:])))


def test_a_telephone_put_back_in_one_page_is_gone_from_the_others_and_may_be_taken_anew(
    hold: Callable[[str], Phone], simulator: RunningSimulator
) -> None:
    phone = hold(BOB)
    with listening(simulator, BOB) as events:
        eventually(lambda: events)
        simulator.ask("DELETE", phone.path)
        eventually(lambda: events[-1][0] == "closed")
        hold(BOB)
    assert [phone["number"] for phone in simulator.ask("GET", "/phones")["phones"]] == [BOB]


def test_the_persona_s_call_is_taken_over_and_unknown_telephones_are_refused(
    hold: Callable[[str], Phone], simulator: RunningSimulator, client: Client, service: Service
) -> None:
    simulator.add_people([{"number": ADA, "ring": 1, "hangs_up": {"after": 40}}])
    service.documents["/menu"] = '<Response><Pause length="600"/></Response>'
    sid = call_out(client, service, ADA)
    eventually(lambda: client.calls(sid).fetch().status == "in-progress")
    phone = hold(ADA)
    assert phone.state()["call"]["sid"] == sid
    for verb in ("answer", "decline"):
        with pytest.raises(HTTPError, match="not-ringing"):
            phone.do(verb)
    with pytest.raises(HTTPError, match="is no key"):
        phone.do("press", digits="1x")
    with pytest.raises(HTTPError, match="phone-not-held"):
        simulator.ask("GET", f"/phones/{quote(BOB)}")
    with pytest.raises(HTTPError, match="is no number"):
        simulator.ask("POST", "/phones", {"number": "<script>"})

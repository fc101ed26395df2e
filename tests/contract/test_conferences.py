"""Conferences and their participants, through the carrier's SDKs for Python and Node.js."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.sdks import Refused, Sdk
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

Person = Callable[..., str]
_rooms = itertools.count(1)


@pytest.fixture
def room(service: Service) -> str:
    """The name of a conference nobody used yet."""
    return f"room-{next(_rooms)}"


def join(sdk: Sdk, service: Service, to: str, room: str, attributes: str = "") -> str:
    """Somebody is called and put into a conference by TwiML; the answer is the call's SID."""
    noun = (
        f'<Conference statusCallback="{service.address}/conference" waitUrl="" '
        f'statusCallbackEvent="start end join leave mute hold modify announcement" {attributes}>'
        f"{room}</Conference>"
    )
    twiml = f"<Response><Dial>{noun}</Dial><Pause length='600'/></Response>"
    return str(sdk.ask("calls", "create", to=to, from_=OURS, twiml=twiml)["sid"])


def conference_of(sdk: Sdk, room: str) -> dict[str, Any]:
    found = eventually(lambda: sdk.ask("conferences", "list", friendly_name=room))
    return dict(found[0])


def told(service: Service, event: str) -> Any:
    return [post for post in service.at("/conference") if post.form["StatusCallbackEvent"] == event]


def test_participants_are_listed_muted_held_coached_and_removed(
    sdk: Sdk, person: Person, service: Service, room: str
) -> None:
    """Conference Participant resource: "Muted", "Hold", "Coaching", "CallSidToCoach: the participant who is
    being coached"; DELETE: "remove (kick)"."""
    contact = join(sdk, service, person(), room, 'participantLabel="contact"')
    agent = join(sdk, service, "client:agent-1", room)
    conference = conference_of(sdk, room)
    path = f"conferences/{conference['sid']}/participants"
    eventually(lambda: len(sdk.ask(path, "list")) == 2)
    assert sdk.ask(f"{path}/contact", "fetch")["call_sid"] == contact
    shown = sdk.ask(f"{path}/{agent}", "fetch")
    assert (shown["status"], shown["muted"], shown["hold"]) == ("connected", False, False)
    assert (shown["coaching"], shown["call_sid_to_coach"], shown["label"]) == (False, None, None)
    assert sdk.ask(f"{path}/contact", "update", muted=True)["muted"] is True
    assert [one["call_sid"] for one in sdk.ask(path, "list", muted=True)] == [contact]
    coached = sdk.ask(f"{path}/{agent}", "update", coaching=True, call_sid_to_coach=contact)
    assert (coached["coaching"], coached["call_sid_to_coach"]) == (True, contact)
    assert [one["call_sid"] for one in sdk.ask(path, "list", coaching=True)] == [agent]
    assert sdk.ask(f"{path}/{agent}", "update", coaching=False)["coaching"] is False
    (modified, _) = eventually(
        lambda: len(told(service, "participant-modify")) == 2 and told(service, "participant-modify")
    )
    assert (modified.form["Coaching"], modified.form["CallSidToCoach"]) == ("true", contact)
    sdk.ask(f"{path}/contact", "delete")
    eventually(lambda: len(sdk.ask(path, "list")) == 1)
    assert sdk.ask(f"calls/{contact}", "fetch")["status"] == "in-progress"  # the call goes on after its Dial
    sdk.ask(f"{path}/{agent}", "delete")
    ended = eventually(
        lambda: (c := sdk.ask(f"conferences/{conference['sid']}", "fetch"))["status"] == "completed" and c
    )
    assert ended["reason_conference_ended"] == "last-participant-kicked"
    assert sdk.ask(path, "list") == []
    for sid in (contact, agent):
        sdk.ask(f"calls/{sid}", "update", status="completed")


def test_a_held_participant_hears_the_hold_document_again_and_again(
    sdk: Sdk, person: Person, service: Service, room: str
) -> None:
    """Participant resource, Update: "HoldUrl: the URL we call using the hold_method for music that plays when
    the participant is on hold"; "HoldMethod: ... the default is GET"."""
    service.documents["/hold"] = "<Response><Say>Un instant.</Say></Response>"
    contact = join(sdk, service, person(), room)
    path = f"conferences/{conference_of(sdk, room)['sid']}/participants/{contact}"
    held = sdk.ask(path, "update", hold=True, hold_url=f"{service.address}/hold")
    assert held["hold"] is True
    asked = eventually(lambda: len(service.at("/hold")) > 2 and service.at("/hold"))
    assert (asked[0].method, asked[0].form["CallSid"], asked[0].genuine) == ("GET", contact, True)
    assert sdk.ask(path, "update", hold=False)["hold"] is False
    eventually(lambda: told(service, "participant-unhold"))
    sdk.ask(f"calls/{contact}", "update", status="completed")


def test_announcements_are_played_to_one_or_to_all(
    sdk: Sdk, person: Person, service: Service, room: str
) -> None:
    """Participant resource: "AnnounceUrl: the URL we call ... for an announcement to the participant";
    Conference resource: "AnnounceUrl: ... for announcing something into the conference"."""
    service.documents["/news"] = "<Response><Say>Plus que cinq minutes.</Say></Response>"
    contact, agent = join(sdk, service, person(), room), join(sdk, service, "client:agent-2", room)
    conference = f"conferences/{conference_of(sdk, room)['sid']}"
    eventually(lambda: len(sdk.ask(f"{conference}/participants", "list")) == 2)
    sdk.ask(f"{conference}/participants/{contact}", "update", announce_url=f"{service.address}/news")
    (one,) = eventually(lambda: told(service, "announcement-end"))
    assert (one.form["CallSid"], one.form["AnnounceUrl"]) == (contact, f"{service.address}/news")
    sdk.ask(conference, "update", announce_url=f"{service.address}/news", announce_method="GET")
    eventually(lambda: len(told(service, "announcement-end")) == 2)
    assert {post.form["CallSid"] for post in service.at("/news")} == {contact, agent}
    assert sdk.ask(conference, "update", status="completed")["status"] == "completed"
    for sid in (contact, agent):
        sdk.ask(f"calls/{sid}", "update", status="completed")


def test_a_participant_is_dialled_by_the_name_of_the_conference(
    sdk: Sdk, person: Person, service: Service, room: str
) -> None:
    """Participant resource, Create: "ConferenceSid or friendly name"; "status: queued, connecting, ringing,
    connected, complete, failed"; "EndConferenceOnExit"; "a participant who is either connecting to, or
    actively connected to, a conference"."""
    number = person(ring=500)
    made = sdk.ask(
        f"conferences/{room}/participants",
        "create",
        from_=OURS,
        to=number,
        label="contact",
        timeout=600,
        end_conference_on_exit=True,
        conference_status_callback=f"{service.address}/conference",
        conference_status_callback_event=["join", "end"],
        status_callback=f"{service.address}/leg",
        status_callback_event=["initiated ringing"],  # "separate multiple values with a space"
    )
    assert (made["status"], made["label"], made["end_conference_on_exit"]) == ("queued", "contact", True)
    path = f"conferences/{made['conference_sid']}/participants"
    eventually(lambda: sdk.ask(f"{path}/contact", "fetch")["status"] == "ringing")
    assert [one["status"] for one in sdk.ask(path, "list")] == ["ringing"]
    heard = eventually(lambda: len(service.at("/leg")) == 2 and service.at("/leg"))
    assert [post.form["CallStatus"] for post in heard] == ["initiated", "ringing"]
    assert (
        sdk.ask("conferences", "list", friendly_name=room, status="init")[0]["sid"] == made["conference_sid"]
    )
    sdk.ask(f"calls/{made['call_sid']}", "update", status="completed")
    (ended,) = eventually(lambda: told(service, "conference-end"))
    assert ended.form["ConferenceSid"] == made["conference_sid"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": "12"}, 21211),
        ({"timeout": 4}, 21208),
        ({"call_sid_to_coach": "nobody"}, 20001),
        ({"status_callback": "nowhere"}, 21609),
    ],
)
def test_what_a_participant_may_not_be(
    sdk: Sdk, person: Person, room: str, wrong: dict[str, Any], code: int
) -> None:
    """Participant resource, Create: "Timeout: an integer between 5 and 600"; "CallSidToCoach"."""
    with pytest.raises(Refused) as refusal:
        sdk.ask(f"conferences/{room}/participants", "create", **{"to": person(), "from_": OURS, **wrong})
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_names_address_nothing_but_new_participants(
    sdk: Sdk, person: Person, service: Service, room: str
) -> None:
    """Error 20404: "The requested resource was not found"."""
    sid = join(sdk, service, person(), room)
    conference_of(sdk, room)
    for path in (f"conferences/{room}", f"conferences/{room}/participants/{sid}"):
        with pytest.raises(Refused) as refusal:
            sdk.ask(path, "fetch")
        assert refusal.value.code == 20404
    sdk.ask(f"calls/{sid}", "update", status="completed")

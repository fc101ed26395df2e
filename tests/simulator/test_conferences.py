"""Conferences: a contact and an agent's client meet, through the vendor's client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Request, Service, eventually

Person = Callable[..., str]


def room(service: Service, name: str, attributes: str = "", after: str = "") -> str:
    action = f' action="{service.address}{after}"' if after else ""
    callback = (
        f'statusCallback="{service.address}/conference" statusCallbackEvent="start end join leave mute hold"'
    )
    conference = f'<Conference waitUrl="" {callback} {attributes}>{name}</Conference>'
    return f"<Response><Dial{action}>{conference}</Dial></Response>"


def told(service: Service, name: str) -> list[Request]:
    return [post for post in service.at("/conference") if post.form["FriendlyName"] == name]


def events(service: Service, name: str) -> list[str]:
    return [post.form["StatusCallbackEvent"] for post in told(service, name)]


def test_a_contact_and_an_agent_meet_and_the_contact_hangs_up(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    contact = client.calls.create(
        to=person(talk=20), from_=OURS, twiml=room(service, "meeting", after="/left")
    )
    eventually(lambda: events(service, "meeting") == ["participant-join"])
    (waiting,) = client.conferences.list(friendly_name="meeting")
    assert waiting.status == "init"
    agent = client.calls.create(
        to="client:agent-17",
        from_=OURS,
        twiml=room(service, "meeting", 'participantLabel="agent"', after="/agent-left"),
    )
    eventually(lambda: len(events(service, "meeting")) == 4)
    client.calls(agent.sid).update(status="completed")
    eventually(lambda: len(events(service, "meeting")) == 6)
    posts = told(service, "meeting")
    assert events(service, "meeting") == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert [post.form["SequenceNumber"] for post in posts] == ["1", "2", "3", "4", "5", "6"]
    assert {post.form["ConferenceSid"] for post in posts} == {waiting.sid}
    assert all(post.genuine for post in posts)
    assert posts[1].form["ParticipantLabel"] == "agent"
    left = posts[3].form
    assert (left["CallSid"], left["ReasonParticipantLeft"]) == (contact.sid, "participant_hung_up")
    assert left["ParticipantCallStatus"] == "completed"
    assert posts[5].form["ReasonConferenceEnded"] == "last-participant-left"
    assert service.at("/left") == []  # who hung up asks for nothing more
    ended = client.conferences(waiting.sid).fetch()
    assert (ended.status, ended.reason_conference_ended) == ("completed", "last-participant-left")
    entry = simulator.call(contact.sid)
    assert entry["ended_by"] == "person"
    assert 19 <= entry["duration"] <= 120
    (stay,) = entry["conferences"]
    assert stay["name"] == "meeting"
    assert stay["joined_at"] < stay["left_at"]
    assert simulator.call(agent.sid)["ended_by"] == "service"


@pytest.fixture
def agent_waits(client: Client, service: Service) -> Callable[[str], str]:
    """An agent who waits in a conference of that name; the answer is the conference's SID."""

    def wait(name: str) -> str:
        client.calls.create(to="client:agent-18", from_=OURS, twiml=room(service, name, after="/agent-left"))
        return str(eventually(lambda: client.conferences.list(friendly_name=name, limit=1))[0].sid)

    return wait


def test_a_participant_is_dialled_held_muted_and_removed(
    client: Client, person: Person, service: Service, agent_waits: Callable[[str], str]
) -> None:
    conference = client.conferences(agent_waits("dialled-in"))
    made = conference.participants.create(
        from_=OURS,
        to=person(),
        label="contact",
        end_conference_on_exit=False,
        status_callback=f"{service.address}/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert made.status == "queued"
    eventually(lambda: [one.status for one in conference.participants.list()] == ["connected", "connected"])
    assert conference.participants("contact").fetch().call_sid == made.call_sid
    assert conference.participants(made.call_sid).update(hold=True).hold is True
    assert conference.participants("contact").update(muted=True).muted is True
    assert [p.call_sid for p in conference.participants.list(hold=True)] == [made.call_sid]
    eventually(lambda: {"participant-hold", "participant-mute"} <= set(events(service, "dialled-in")))
    assert conference.participants("contact").delete() is True
    eventually(lambda: len(service.at("/leg")) == 4)
    assert [post.form["CallStatus"] for post in service.at("/leg")][-1] == "completed"
    assert len(conference.participants.list()) == 1
    conference.update(status="completed")
    ended = eventually(
        lambda: [p for p in told(service, "dialled-in") if p.form["StatusCallbackEvent"] == "conference-end"]
    )
    assert ended[0].form["ReasonConferenceEnded"] == "conference-ended-via-api"
    eventually(lambda: service.at("/agent-left"))  # the call goes on after its Dial


def test_a_participant_may_create_the_conference_and_never_come(
    client: Client, person: Person, service: Service
) -> None:
    made = client.conferences("nobody-came").participants.create(
        from_=OURS, to=person(answers="busy"), conference_status_callback=f"{service.address}/conference"
    )
    eventually(lambda: client.conferences(made.conference_sid).fetch().status == "completed")
    eventually(lambda: events(service, "nobody-came") == ["conference-end"])


def test_the_moderators_exit_ends_the_conference_for_all(
    client: Client, person: Person, service: Service
) -> None:
    service.documents["/left"] = "<Response><Say>La conversation est finie.</Say></Response>"
    contact = client.calls.create(to=person(), from_=OURS, twiml=room(service, "moderated", after="/left"))
    client.calls.create(
        to=person(talk=5), from_=OURS, twiml=room(service, "moderated", 'endConferenceOnExit="true"')
    )
    eventually(lambda: client.calls(contact.sid).fetch().status == "completed")
    assert service.at("/left")[0].form["CallSid"] == contact.sid
    (ended,) = client.conferences.list(friendly_name="moderated")
    assert ended.reason_conference_ended == "participant-with-end-conference-on-exit-left"
    assert ended.call_sid_ending_conference


def test_a_conference_starts_only_with_one_who_may_start_it(
    client: Client, person: Person, service: Service
) -> None:
    not_yet = room(service, "locked", 'startConferenceOnEnter="false"')
    for _ in range(2):
        client.calls.create(to=person(), from_=OURS, twiml=not_yet)
    eventually(lambda: len(events(service, "locked")) == 2)
    (locked,) = client.conferences.list(friendly_name="locked")
    assert locked.status == "init"
    client.calls.create(to=person(), from_=OURS, twiml=room(service, "locked"))
    eventually(lambda: "conference-start" in events(service, "locked"))
    client.conferences(locked.sid).update(status="completed")


def test_a_call_moved_out_of_a_conference_leaves_it(client: Client, person: Person, service: Service) -> None:
    call = client.calls.create(to=person(), from_=OURS, twiml=room(service, "moved-out"))
    eventually(lambda: events(service, "moved-out"))
    client.calls(call.sid).update(twiml="<Response><Pause length='500'/></Response>")
    left = eventually(
        lambda: [
            p for p in told(service, "moved-out") if p.form["StatusCallbackEvent"] == "participant-leave"
        ]
    )
    assert left[0].form["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert client.calls(call.sid).update(status="completed").status == "completed"


def test_waiting_ends_when_somebody_comes(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    """Patience runs out only for who is alone."""
    say = "<Say>Merci de patienter.</Say>"
    document = room(service, "patience").replace("<Dial", f"{say}<Dial")
    alone = client.calls.create(
        to=person(patience=10), from_=OURS, twiml=document.replace("patience<", "alone<")
    )
    joined = client.calls.create(to=person(patience=10, talk=30), from_=OURS, twiml=document)
    client.calls.create(to="client:agent-19", from_=OURS, twiml=room(service, "patience"))
    ends = [
        eventually(lambda sid=sid: (found := simulator.call(sid))["ended_at"] and found)
        for sid in (alone.sid, joined.sid)
    ]
    assert [end["ended_by"] for end in ends] == ["person", "person"]
    assert 10 <= ends[0]["duration"] < 60
    assert ends[1]["duration"] >= 30


def test_an_unknown_conference_is_not_found(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        client.conferences("CF" + "0" * 32).fetch()
    assert refusal.value.code == 20404


def test_a_participant_who_is_still_being_dialled_is_listed_with_its_status(
    client: Client, person: Person, agent_waits: Callable[[str], str]
) -> None:
    """Participant resource: "a participant who is either connecting to, or actively connected to, a
    conference"."""
    conference = client.conferences(agent_waits("ringing-in"))
    made = conference.participants.create(from_=OURS, to=person(answers="no-answer"), label="late")
    eventually(lambda: conference.participants.list()[-1].status == "ringing")
    agent, late = conference.participants.list()
    assert (agent.status, late.call_sid, late.label) == ("connected", made.call_sid, "late")
    client.calls(made.call_sid).update(status="canceled")
    eventually(lambda: [one.call_sid for one in conference.participants.list()] == [agent.call_sid])
    conference.update(status="completed")


def test_a_coach_is_heard_by_the_coached_alone_and_a_muted_listener_by_nobody(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    """Participant resource: "CallSidToCoach: the participant who is being coached"; "Muted"; "Coaching"."""
    contact = client.calls.create(to=person(), from_=OURS, twiml=room(service, "coached"))
    agent = client.calls.create(to="client:agent-20", from_=OURS, twiml=room(service, "coached"))
    eventually(lambda: "conference-start" in events(service, "coached"))
    said = [{"text": "muet", "after": 10}, {"text": "souffle", "after": 40}, {"text": "fort", "after": 80}]
    listener = client.calls.create(
        to=person(says=said), from_=OURS, twiml=room(service, "coached", 'muted="true"')
    )
    conference = eventually(lambda: client.conferences.list(friendly_name="coached", status="in-progress"))[0]
    participant = client.conferences(conference.sid).participants(listener.sid)
    eventually(lambda: _spoke(simulator, listener.sid, "muet"))
    coached = participant.update(muted=False, coaching=True, call_sid_to_coach=agent.sid)
    assert (coached.coaching, coached.call_sid_to_coach, coached.muted) == (True, agent.sid, False)
    eventually(lambda: _spoke(simulator, listener.sid, "souffle"))
    participant.update(coaching=False)
    eventually(lambda: _heard(simulator, contact.sid))
    assert _heard(simulator, contact.sid) == ["fort"]
    assert _heard(simulator, agent.sid) == ["souffle", "fort"]
    client.conferences(conference.sid).update(status="completed")


def test_a_contact_alone_with_a_muted_listener_has_nobody_to_talk_to(
    client: Client, person: Person, service: Service, simulator: RunningSimulator
) -> None:
    """The ledger says so: what somebody hears is what those who may be heard say."""
    contact = client.calls.create(to=person(talk=5), from_=OURS, twiml=room(service, "alone-with"))
    client.calls.create(to=person(), from_=OURS, twiml=room(service, "alone-with", 'muted="true"'))
    eventually(lambda: "conference-start" in events(service, "alone-with"))
    agent = client.calls.create(to="client:agent-21", from_=OURS, twiml=room(service, "alone-with"))
    eventually(lambda: simulator.call(contact.sid)["ended_at"])
    lines = [one for one in simulator.call(contact.sid)["timeline"] if one["kind"] == "company"]
    joined = simulator.call(agent.sid)["conferences"][0]["joined_at"]
    assert [one["present"] for one in lines][:1] == [True]
    assert lines[0]["at"] >= joined


def _spoke(simulator: RunningSimulator, sid: str, words: str) -> bool:
    lines = simulator.call(sid)["timeline"]
    return any(one["kind"] == "spoke" and one["words"] == words for one in lines)


def _heard(simulator: RunningSimulator, sid: str) -> list[str]:
    return [one["words"] for one in simulator.call(sid)["timeline"] if one["kind"] == "heard"]

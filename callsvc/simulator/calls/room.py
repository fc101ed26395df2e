"""A live conference.

"A conference starts when a second participant is in it and one with startConferenceOnEnter=true has joined;
it ends when the last one leaves, when one with endConferenceOnExit=true leaves, or by the REST interface."
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callsvc.simulator.dates import rfc2822
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.conferences import (
    insert_conference,
    join_participant,
    leave_participant,
    save_conference,
)
from callsvc.simulator.twiml.speech import seconds_of
from callsvc.simulator.webhooks.client import Answer
from callsvc.simulator.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from callsvc.simulator.calls.leg import Leg
    from callsvc.simulator.carrier import Carrier

MOST_PARTICIPANTS = 250
_REASONS = {
    "conference-ended-via-api": "Conference ended via API",
    "participant-with-end-conference-on-exit-left": "Participant with endConferenceOnExit left",
    "participant-with-end-conference-on-exit-kicked": "Participant with endConferenceOnExit was kicked",
    "last-participant-kicked": "Last participant was kicked",
    "last-participant-left": "Last participant left",
}
_EVENT_NAMES = {
    "start": "conference-start",
    "end": "conference-end",
    "join": "participant-join",
    "leave": "participant-leave",
}


@dataclass(frozen=True)
class RoomCallback:
    """Where a conference's events are posted, and which: start, end, join, leave, mute, hold."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset()


@dataclass
class StayOptions:
    """How somebody is in a conference."""

    label: str = ""
    muted: bool = False
    hold: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    coach: str = ""  # the call this participant alone is heard by


class Stay:
    """One participant's time in one conference."""

    def __init__(self, room: Room, leg: Leg, options: StayOptions, row: int) -> None:
        self.room = room
        self.leg = leg
        self.options = options
        self.row = row
        self.joined_at = leg.carrier.clock.now()
        self.reason = ""
        self.in_company = False
        self.left = asyncio.Event()
        self.unheld = asyncio.Event()

    def release(self, reason: str) -> None:
        """Tell the verb that holds the call here that it is over."""
        self.reason = self.reason or reason
        self.left.set()

    async def wait(self) -> None:
        """Until released."""
        await self.left.wait()

    def is_heard_by(self, other: Stay) -> bool:
        """Whether what this participant says reaches that one.

        "Coaching: only the participant who is being coached hears the coach"; who is muted or on hold is
        heard by nobody, and who is on hold hears nobody.
        """
        options, theirs = self.options, other.options
        if other is self or self.room.status != "in-progress" or options.muted or options.hold or theirs.hold:
            return False
        return not options.coach or options.coach == other.leg.record.sid

    def speaks(self, words: str) -> None:
        """The participant says something in the conference."""
        self.room.spoken(self, words)


class Room:
    """A conference while it lives; its name can be used again after it ends, with a new SID."""

    def __init__(self, carrier: Carrier, name: str, callback: RoomCallback) -> None:
        self.sid = new_sid("CF")
        self.name = name
        self.status = "init"
        self.created_at = carrier.clock.now()
        self.stays: dict[str, Stay] = {}
        self.awaited: dict[str, StayOptions] = {}  # calls the REST interface is still dialling
        self.callback = callback
        self.most = MOST_PARTICIPANTS
        self.recorded = False
        self.begun = asyncio.Event()
        self._carrier = carrier
        self._sequence = 0
        self._ending = False
        self._last_label = ""  # of who left last
        self.over = asyncio.Event()
        self._outbox = Outbox(carrier, "conference-callback")
        insert_conference(carrier.store, self.sid, name, self.created_at)

    def join(self, leg: Leg, options: StayOptions) -> Stay:
        """Let a call in."""
        now = self._carrier.clock.now()
        row = join_participant(
            self._carrier.store, self.sid, self.name, leg.record.sid, label=options.label, at=now
        )
        stay = Stay(self, leg, options, row)
        self.stays[leg.record.sid] = stay
        self.awaited.pop(leg.record.sid, None)
        leg.stay = stay
        leg.joined.set()
        leg.note("joined", conference=self.name)
        self._tell("join", self._about(stay))
        if self.status == "init" and len(self.stays) > 1 and self._may_start():
            self.status = "in-progress"
            self.begun.set()
            save_conference(self._carrier.store, self.sid, self.status, now)
            self._tell("start", {"CallSid": leg.record.sid})
        self._bridge()
        return stay

    def leave(self, stay: Stay, reason: str, *, kicked: bool = False) -> None:
        """A call goes out, perhaps `kicked` over the REST interface; the conference may end with it."""
        leg = stay.leg
        if self.stays.pop(leg.record.sid, None) is None:
            return
        leg.stay = None
        stay.left.set()  # however they left: nothing is played to them here any more
        self._last_label = self._last_label if self._ending else stay.options.label
        leave_participant(self._carrier.store, stay.row, self._carrier.clock.now())
        leg.note("left", conference=self.name)
        if stay.in_company and leg.voice is not None and not leg.over.is_set():
            leg.voice.bridge(False)
        left = {"ReasonParticipantLeft": stay.reason or reason, "ParticipantCallStatus": leg.record.status}
        self._tell("leave", self._about(stay) | left)
        if self._ending:
            return
        if stay.options.end_on_exit and self.stays:
            how = "kicked" if kicked else "left"
            self.end(f"participant-with-end-conference-on-exit-{how}", leg.record.sid)
        elif not self.stays and not self.awaited:
            self._close("last-participant-kicked" if kicked else "last-participant-left", leg.record.sid)
        self._bridge()

    def end(self, reason: str, by_call: str | None = None) -> None:
        """Everybody out; the calls go on after their Dial."""
        self._ending = True
        for stay in list(self.stays.values()):
            stay.release("conference_ended_via_api" if by_call is None else "moderator_ended_conference")
            self.leave(stay, stay.reason)
        self._close(reason, by_call)

    def forget_awaited(self, call_sid: str) -> None:
        """A participant that was being dialled joined or will never come."""
        self.awaited.pop(call_sid, None)
        if not self.stays and not self.awaited:
            self._close("last-participant-left", None)

    def set_flags(self, stay: Stay, muted: bool | None, hold: bool | None) -> None:
        """Mute or hold somebody, or lift it."""
        if muted is not None and muted != stay.options.muted:
            stay.options.muted = muted
            self._tell("mute", self._about(stay), "participant-mute" if muted else "participant-unmute")
        if hold is not None and hold != stay.options.hold:
            stay.options.hold = hold
            stay.unheld.clear() if hold else stay.unheld.set()
            self._tell("hold", self._about(stay), "participant-hold" if hold else "participant-unhold")
        self._bridge()

    def coach(self, stay: Stay, call_sid: str) -> None:
        """Let this participant be heard by that call only, or (empty) by everybody again."""
        if call_sid != stay.options.coach:
            stay.options.coach = call_sid
            self._tell("modify", self._about(stay), "participant-modify")
            self._bridge()

    def tell_announced(self, url: str, call_sid: str = "", failure: str = "") -> None:
        """An announcement to one participant, or to all, was played or could not be."""
        about = {"AnnounceUrl": url} | ({"CallSid": call_sid} if call_sid else {})
        about |= {"ReasonAnnouncementFailed": failure} if failure else {}
        self._tell("announcement", about, "announcement-fail" if failure else "announcement-end")

    def spoken(self, stay: Stay, words: str) -> None:
        """Somebody speaks, for as long as the words take; who is muted or on hold is not heard."""
        if stay.options.muted or stay.options.hold or self.status != "in-progress":
            return
        self._tell("speaker", self._about(stay), "participant-speech-start")
        self._carrier.later(
            seconds_of(words), lambda: self._tell("speaker", self._about(stay), "participant-speech-stop")
        )

    @property
    def full(self) -> bool:
        """Whether nobody else may come in."""
        return len(self.stays) >= self.most

    def _may_start(self) -> bool:
        return any(stay.options.start_on_enter for stay in self.stays.values())

    def _bridge(self) -> None:
        """Tell everybody for whom it changed whether there is somebody whom they hear."""
        for stay in self.stays.values():
            company = any(other.is_heard_by(stay) for other in self.stays.values())
            if company == stay.in_company:
                continue
            stay.in_company = company
            stay.leg.note("company", present=company)
            if stay.leg.voice is not None:
                stay.leg.voice.bridge(company)

    def _close(self, reason: str, by_call: str | None) -> None:
        if self.status == "completed":
            return
        self.status = "completed"
        self.over.set()
        if self._carrier.rooms.get(self.name) is self:
            del self._carrier.rooms[self.name]
        now = self._carrier.clock.now()
        save_conference(self._carrier.store, self.sid, self.status, now, reason=reason, by_call=by_call)
        ended = {"ReasonConferenceEnded": reason, "Reason": _REASONS.get(reason, reason)}
        if by_call is not None:
            ended["CallSidEndingConference"] = by_call
        if by_call is not None and self._last_label:
            ended["ParticipantLabelEndingConference"] = self._last_label
        self._tell("end", ended, last=True)

    def _about(self, stay: Stay) -> dict[str, str]:
        options = stay.options
        about = {"CallSid": stay.leg.record.sid, "Muted": _word(options.muted), "Hold": _word(options.hold)}
        about |= {"Coaching": _word(bool(options.coach))}
        about |= {"CallSidToCoach": options.coach} if options.coach else {}
        about["EndConferenceOnExit"] = _word(options.end_on_exit)
        about["StartConferenceOnEnter"] = _word(options.start_on_enter)
        return about | ({"ParticipantLabel": options.label} if options.label else {})

    def _tell(self, event: str, about: Mapping[str, str], name: str = "", *, last: bool = False) -> None:
        self._sequence += 1
        if not self.callback.url or event not in self.callback.events:
            return
        parameters = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self._carrier.settings.account_sid,
            "SequenceNumber": str(self._sequence),
            "Timestamp": rfc2822(self._carrier.clock.now()) or "",
            "StatusCallbackEvent": name or _EVENT_NAMES[event],
            **about,
        }
        self._outbox.post(self.callback.url, self.callback.method, parameters, self._note, last=last)

    def _note(self, url: str, sent: Mapping[str, str], answer: Answer) -> None:
        facts = {
            "url": url,
            "event": sent["StatusCallbackEvent"],
            "answer": answer.status,
            "code": answer.code,
        }
        self._carrier.store.note(self.sid, self._carrier.clock.now(), "callback", facts)


def room_named(carrier: Carrier, name: str, callback: RoomCallback) -> Room:
    """The live conference of that name, or a new one with this callback."""
    room = carrier.rooms.get(name)
    if room is None:
        room = carrier.rooms[name] = Room(carrier, name, callback)
    elif not room.callback.url and callback.url:
        room.callback = callback
    return room


def _word(value: bool) -> str:
    return "true" if value else "false"

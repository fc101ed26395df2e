"""Conferences: where an agent's leg and a contact's meet. No participant's leaving ends one."""

from datetime import datetime

from callsvc.calls.events import ConferenceEnded, ParticipantJoined, ParticipantLeft
from callsvc.calls.placing import plan_leg
from callsvc.calls.tables import conference, participant
from callsvc.core.db import Tx


def open_conference(tx: Tx, call_id: str) -> str:
    """A conference of our own naming; the carrier makes it when the first leg enters."""
    conference_id = tx.new_id("cnf")
    tx.insert(conference, id=conference_id, call_id=call_id, created_at=tx.now)
    return conference_id


def place_agent_leg(tx: Tx, *, call_id: str, agent_id: str, conference_id: str) -> str:
    """Plan the agent's leg; when the agent's softphone answers, it enters the conference."""
    leg_id = plan_leg(tx, call_id=call_id, role="agent", number_id=None, agent_id=agent_id)
    tx.insert(participant, conference_id=conference_id, leg_id=leg_id)
    tx.enqueue("place_agent_leg", leg_id)
    return leg_id


def place_consult_leg(tx: Tx, *, call_id: str, number_id: str, conference_id: str) -> str:
    """Plan a leg to somebody whom an agent asks in; answering, they enter the conference."""
    leg_id = plan_leg(tx, call_id=call_id, role="consult", number_id=number_id, agent_id=None)
    tx.insert(participant, conference_id=conference_id, leg_id=leg_id)
    tx.enqueue("place_agent_leg", leg_id)
    return leg_id


def place_supervisor_leg(tx: Tx, *, call_id: str, agent_id: str, conference_id: str) -> str:
    """Plan the leg of a supervisor to their own telephone (``agent_id``'s); answering, they enter muted."""
    leg_id = plan_leg(tx, call_id=call_id, role="supervisor", number_id=None, agent_id=agent_id)
    tx.insert(participant, conference_id=conference_id, leg_id=leg_id, muted_at=tx.now)
    tx.enqueue("place_agent_leg", leg_id)
    return leg_id


def record_join(tx: Tx, conference_id: str, leg_id: str, sid: str, at: datetime) -> None:
    tx.update(conference, (conference.c.id == conference_id) & conference.c.sid.is_(None), sid=sid)
    enter(tx, conference_id, leg_id, at)


def enter(tx: Tx, conference_id: str, leg_id: str, at: datetime) -> None:
    """They are in: the carrier said so, or has just been told to let in whoever picked up."""
    tx.insert_once(participant, conference_id=conference_id, leg_id=leg_id)
    joined = tx.update(
        participant,
        (participant.c.conference_id == conference_id)
        & (participant.c.leg_id == leg_id)
        & participant.c.joined_at.is_(None),
        joined_at=at,
    )
    if joined:
        tx.emit(ParticipantJoined(conference_id=conference_id, leg_id=leg_id, at=at))


def record_leave(tx: Tx, conference_id: str, leg_id: str, at: datetime, *, reason: str = "") -> None:
    left = tx.update(
        participant,
        (participant.c.conference_id == conference_id)
        & (participant.c.leg_id == leg_id)
        & participant.c.left_at.is_(None),
        left_at=at,
    )
    if left:
        tx.emit(ParticipantLeft(conference_id=conference_id, leg_id=leg_id, at=at, reason=reason))


def record_end(tx: Tx, conference_id: str, at: datetime) -> None:
    """The carrier says that it is over, by itself or because the last one left."""
    live = (conference.c.id == conference_id) & conference.c.ended_at.is_(None)
    if tx.update(conference, live, ended_at=at):
        tx.emit(ConferenceEnded(conference_id=conference_id, at=at))

"""While agent and contact talk: hold and mute, somebody asked in, the call handed on.

Whoever is asked in is a target of the directory, dialled into the same conference. The contact waits on hold
while the agent speaks with them alone (consult), is taken back for three to talk (conference), and stays with
them when the agent leaves (warm transfer). A blind transfer is the agent leaving at once: the contact is on
hold until they are there, and goes back to the head of the queue when nobody comes.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.back_office import SUFFIX
from callsvc.agents.service import agent_by_id, touch_agent
from callsvc.calls import service as calls
from callsvc.calls.events import ParticipantJoined
from callsvc.calls.tables import leg, participant
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.directory.queries import Reachable, reachable
from callsvc.platforms.queries import platform_by_code
from callsvc.routing.events import HandedOnEnded, about
from callsvc.routing.queries import hold_reservation
from callsvc.routing.queueing import any_agents_open, enter_queue
from callsvc.routing.rules import FRONT
from callsvc.routing.tables import reservation
from callsvc.routing.talking.wrapping import end_conversation, talking
from callsvc.runtime import Runtime

TO_NUMBER: Final = "number"
TO_QUEUE: Final = "queue"
ASKED: Final = "asked"
OVER: Final = "over"
LONGEST_WAIT_S: Final = 1800.0
"""Lived: a task or a promise may wait for hours for an agent, a person on the line may not."""


def hold(rt: Runtime, agent_id: str, *, held: bool) -> None:
    """Put the contact on hold, or take them back; while three talk, this too.

    Raises ``no-call``, ``hand-over-cannot``.
    """
    with rt.db.begin() as tx:
        entry, row = _together(tx, agent_id)
        _hold(tx, entry, row, held=held)
        touch_agent(tx, agent_id)


def mute(rt: Runtime, agent_id: str, *, muted: bool) -> None:
    """The agent is not heard, or is again. Raises ``no-call``, ``hand-over-cannot``."""
    with rt.db.begin() as tx:
        _, row = _together(tx, agent_id)
        calls.mute(tx, row.agent_leg_id, row.conference_id, muted=muted)
        touch_agent(tx, agent_id)


def consult(rt: Runtime, agent_id: str, target: str) -> None:
    """Ask a target of the directory in; the contact waits on hold meanwhile.

    Raises ``no-call``, ``consult-under-way``, ``target-unknown``, ``target-not-now``, ``target-is-queue``,
    ``hand-over-cannot``.
    """
    with rt.db.begin() as tx:
        entry, row = _together(tx, agent_id)
        leg_id = _ask_in(tx, entry, row, _target(tx, entry, target))
        language = agent_by_id(tx, agent_id).languages.split()[0]
        calls.tell_ringing(tx, row.agent_leg_id, row.conference_id, leg_id, language=language)
        touch_agent(tx, agent_id)


def end_consult(rt: Runtime, agent_id: str) -> None:
    """Whoever was asked in leaves, and the contact is taken back. Raises ``no-call``, ``no-consult``."""
    with rt.db.begin() as tx:
        entry, row = talking(tx, agent_id)
        if row.consult_leg_id is None:
            raise Conflict("no-consult", "Nobody was asked in.")
        calls.end_leg(tx, row.consult_leg_id)
        _forget(tx, row)
        _hold(tx, entry, row, held=False)
        touch_agent(tx, agent_id)


def transfer(rt: Runtime, agent_id: str, target: str = "") -> None:
    """Leave the contact with whoever was asked in; with a ``target``, hand them on to it without a word.

    The agent's wrap-up begins. Raises ``no-call``, ``no-consult``, ``consult-under-way``, ``target-unknown``,
    ``target-not-now``.
    """
    with rt.db.begin() as tx:
        entry, row = talking(tx, agent_id)
        if not target:
            _leave_together(tx, entry, row)
            return
        found = _target(tx, entry, target)
        if found.number_id is None:
            _to_queue(tx, entry, row, found)
            return
        _ask_in(tx, entry, row, found)
        _leave(tx, entry, row)


def _together(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    """The entry and reservation of an agent in a conference with the contact, held."""
    entry, row = talking(tx, agent_id)
    if row.conference_id is None:
        raise Conflict("hand-over-cannot", "This carrier connects two people and nobody besides.")
    return entry, row


def _leave_together(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    if row.consult_leg_id is None:
        raise Conflict("no-consult", "Ask somebody in first, or name whom to hand the call on to.")
    if _has_joined(tx, row):
        _hold(tx, entry, row, held=False)
    _leave(tx, entry, row)


def _leave(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    tx.update(reservation, reservation.c.id == row.id, handed_on=TO_NUMBER)
    end_conversation(tx, entry, row, contact_stays=True)


def _to_queue(tx: Tx, entry: Row[Any], row: Row[Any], target: Reachable) -> None:
    if row.consult_leg_id is not None:
        raise Conflict("consult-under-way", "End the consultation first.")
    tx.update(reservation, reservation.c.id == row.id, handed_on=TO_QUEUE)
    end_conversation(tx, entry, row, contact_stays=True)
    platform_code = target.platform_code or entry.platform_code
    back_to_queue(tx, entry, "queue", skill=target.skill, platform_code=platform_code)


def back_to_queue(tx: Tx, entry: Row[Any], why: str, *, skill: str = "", platform_code: str = "") -> None:
    """A contact who spoke with an agent waits again, in front of everybody, in an entry of its own.

    They are told ``why``: cut (the agent's line died), nobody (they were handed on and nobody came), queue.
    """
    platform = platform_code or entry.platform_code
    calls.move_to_wait(tx, entry.leg_id, why=why, language=entry.language)
    enter_queue(
        tx,
        call_id=entry.call_id,
        leg_id=entry.leg_id,
        session_id=entry.session_id,
        region_code=platform_by_code(tx, platform).region_code,
        platform_code=platform,
        skill=skill or entry.skill,
        language=entry.language,
        priority=entry.priority % FRONT + FRONT,
        max_wait_s=min((entry.deadline_at - entry.entered_at).total_seconds(), LONGEST_WAIT_S),
    )


def consult_joined(tx: Tx, event: ParticipantJoined) -> None:
    """Whom the agent left the contact to is there: the contact is taken off hold."""
    held = _of_consult(tx, event.leg_id)
    if held is None:
        return
    entry, row = held
    touch_agent(tx, row.agent_id)
    if row.handed_on == TO_NUMBER:
        _hold(tx, entry, row, held=False)


def consult_gone(tx: Tx, leg_id: str) -> None:
    """Whoever was asked in is not there any more, or never came.

    With the agent still there the contact is taken back. Handed on: when the two have spoken the call is
    over, else the contact goes back to the head of the queue.
    """
    held = _of_consult(tx, leg_id)
    if held is None:
        return
    entry, row = held
    if row.handed_on == TO_NUMBER:
        if _has_joined(tx, row):
            calls.end_leg(tx, entry.leg_id)  # its end tells the flow, see end_handed_on
        else:
            tx.update(reservation, reservation.c.id == row.id, handed_on=OVER)
            back_to_queue(tx, entry, "nobody")
    elif row.talk_ended_at is None:
        _forget(tx, row)
        _hold(tx, entry, row, held=False)
        touch_agent(tx, row.agent_id)


def end_handed_on(tx: Tx, entry: Row[Any]) -> None:
    """The contact, handed on or asked whether it is over, has gone: whom they were left with goes too, and
    the flow hears of it.
    """
    left = reservation.c.handed_on.in_((TO_NUMBER, ASKED))
    row = tx.first(sa.select(reservation).where(reservation.c.entry_id == entry.id, left))
    if row is None:
        return
    tx.update(reservation, reservation.c.id == row.id, handed_on=OVER)
    if row.consult_leg_id is not None:
        calls.end_leg(tx, row.consult_leg_id)
    tx.emit(HandedOnEnded(**about(entry, tx.now), session_id=entry.session_id))


def _target(tx: Tx, entry: Row[Any], name: str) -> Reachable:
    if name.endswith(SUFFIX):
        if not any_agents_open(tx, entry.platform_code, name, entry.language):
            raise Conflict("target-not-now", "No trained team is on duty for this theme.", reason="closed")
        return Reachable(name=name, title="", number_id=None, skill=name, platform_code=None)
    found = reachable(tx, name, used_by="agents", region_code=entry.region_code)
    if isinstance(found, str):
        raise Conflict("target-not-now", "This target takes no call of this region now.", reason=found)
    return found


def _ask_in(tx: Tx, entry: Row[Any], row: Row[Any], target: Reachable) -> str:
    """The leg that is planned to them."""
    if row.consult_leg_id is not None:
        raise Conflict("consult-under-way", "Somebody was asked in already; end that first.")
    if target.number_id is None:
        raise Invalid("target-is-queue", "A queue cannot be asked in: hand the call on to it.")
    if row.conference_id is None:
        leg_id = calls.dial_out(
            tx, call_id=entry.call_id, contact_leg_id=entry.leg_id, role="consult", number_id=target.number_id
        )
    else:
        _hold(tx, entry, row, held=True)
        leg_id = calls.place_consult_leg(
            tx, call_id=entry.call_id, number_id=target.number_id, conference_id=row.conference_id
        )
    tx.update(reservation, reservation.c.id == row.id, consult_leg_id=leg_id)
    return leg_id


def _hold(tx: Tx, entry: Row[Any], row: Row[Any], *, held: bool) -> None:
    calls.hold(tx, entry.leg_id, row.conference_id, held=held, language=entry.language)


def _forget(tx: Tx, row: Row[Any]) -> None:
    tx.update(reservation, reservation.c.id == row.id, consult_leg_id=None)


def _has_joined(tx: Tx, row: Row[Any]) -> bool:
    if row.conference_id is None:
        return tx.scalar(sa.select(leg.c.answered_at).where(leg.c.id == row.consult_leg_id)) is not None
    mine = (participant.c.conference_id == row.conference_id) & (participant.c.leg_id == row.consult_leg_id)
    return tx.scalar(sa.select(participant.c.joined_at).where(mine)) is not None


def _of_consult(tx: Tx, leg_id: str) -> tuple[Row[Any], Row[Any]] | None:
    found = tx.scalar(sa.select(reservation.c.id).where(reservation.c.consult_leg_id == leg_id))
    return hold_reservation(tx, found) if found else None

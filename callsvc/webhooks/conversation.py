"""A conversation by voice: a session of a flow on one leg, turn by turn.

Everything here runs inside the transaction of one webhook (or of the event that ended a wait).
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.engine import Row

from callsvc.agents.back_office import skill_at
from callsvc.calls.events import LegEnded
from callsvc.calls.queries import call_of_leg, lock_leg
from callsvc.calls.tables import call
from callsvc.core.db import Tx
from callsvc.flows.service import (
    begin_session,
    count_turn,
    facts_read,
    resume_session,
    session_of,
    session_waits_for,
)
from callsvc.routing import service as routing
from callsvc.routing.events import ConversationEnded, HandedOnEnded
from callsvc.routing.offers_of_callback import may_offer_callback
from callsvc.webhooks import fetching, transferring, trial_facts
from callsvc.webhooks.booking import full_slots
from callsvc.webhooks.effects import Subject, apply_effects, subject_of
from callsvc.webhooks.facts import facts_for
from callsvc.webhooks.hearing import heard, listens
from callsvc.webhooks.moments import add_moments
from callsvc.webhooks.patience import words_for
from callsvc.webhooks.place_told import of_region, place_told
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.speech import render, render_fetching, render_quiet, render_round
from ivr_flows import Fetch, Hangup, Input, InQueue, QueueEnded, Spoken, Transfer, TransferEnded, Turn

_LONGEST_WAIT_S = 1800  # lived; then the flow says that nobody is available


def begin(
    tx: Tx,
    leg: Row[Any],
    version: str,
    *,
    caller_id: str,
    purpose: str,
    answered_by: str | None,
    verify: str = "",
    trial: bool = False,
) -> str:
    """Start the session of a leg that was just answered; returns the first TwiML. An inbound call has no
    ``purpose``; a ``trial`` may speak with the data of somebody else.
    """
    subject = subject_of(tx, leg)
    call_row = call_of_leg(tx, leg.id)
    facts, language = facts_for(tx, call_row, caller_id=caller_id, purpose=purpose, verify=verify)
    as_if = trial_facts.of_trial(tx, call_row.id) if trial else None
    if as_if is not None:
        facts, language = as_if.facts, language or as_if.language
    else:
        add_moments(tx, facts, call_row, facts_read(tx, version), purpose)
    session_id, turn = begin_session(
        tx,
        version=version,
        channel="voice",
        subject_id=leg.id,
        facts=facts,
        language=language,
        answered_by=answered_by,
    )
    if call_row.direction == "inbound" and not facts["platform"].get("open_now"):
        turn = replace(turn, spoken=of_region(tx, leg, turn, "closed") + turn.spoken)
    return _follow(tx, subject, session_id, 0, turn)


def proceed(tx: Tx, leg: Row[Any], session: Row[Any], given: CarrierRequest) -> str:
    """The next turn of a running session: what the person gave, or one more round of waiting."""
    waiting = session_waits_for(tx, session)
    if isinstance(waiting, InQueue):
        return _wait_on(tx, leg, session, waiting, given.text("Digits"))
    if isinstance(waiting, Transfer):
        over = transferring.transfer_ended(tx, leg, given)
        if over is None:
            return _wait_for_target(tx, leg, session)
        turn = resume_session(tx, session, over)
        return _follow(tx, subject_of(tx, leg), session.id, session.turn, turn)
    if isinstance(waiting, Fetch):
        answer = fetching.answer_to(tx, session, waiting)
        if answer is None:
            count_turn(tx, session)
            return render_fetching(leg.id, session.turn + 1, pause_s=max(1, round(tx.speed)))
        turn = resume_session(tx, session, answer)
    else:
        full = partial(full_slots, tx)
        turn = resume_session(tx, session, heard(tx.settings, waiting, given), full)
    return _follow(tx, subject_of(tx, leg), session.id, session.turn, turn)


def _follow(tx: Tx, subject: Subject, session_id: str, number: int, turn: Turn) -> str:
    """Write a turn's effects and render it; a wait that cannot be entered is refused at once."""
    apply_effects(tx, subject, session_id, number, turn)
    entered = _enter_wait(tx, subject, session_id, turn)
    told: tuple[Spoken, ...] = ()
    if isinstance(turn.wait, InQueue):
        told = of_region(tx, subject.leg, turn, "overflow" if entered is None else "absent")
    if isinstance(entered, transferring.Ringing):
        return transferring.render_ringing(tx, turn, subject.leg.id, number + 1, entered)
    if entered is not None:
        session = session_of(tx, subject.leg.id)
        if session is not None:
            after = resume_session(tx, session, entered)
            spoken = turn.spoken + told + after.spoken
            merged = Turn(after.state, spoken, after.effects, after.wait, after.outcome, after.path)
            return _follow(tx, subject, session_id, session.turn, merged)
    if turn.outcome is not None:
        _note_outcome(tx, subject.leg, turn.outcome)
    if told:
        turn = replace(turn, spoken=turn.spoken + told)
    return render(turn, subject.leg.id, number + 1, listens=listens(tx.settings))


def _enter_wait(tx: Tx, subject: Subject, session_id: str, turn: Turn) -> Input | transferring.Ringing | None:
    """Begin what the turn waits for, outside the conversation; what to tell the flow if it cannot be."""
    language = str(turn.state.get("language") or "fr")
    match turn.wait:
        case InQueue() as queue if not _enter(tx, subject.leg, session_id, queue, language):
            return QueueEnded("closed")
        case Transfer() as wait:
            return transferring.begin_transfer(tx, subject.leg, session_id, wait, language)
        case Fetch():
            fetching.begin_fetch(tx, session_id, turn, subject.leg.id)
    return None


def _enter(tx: Tx, leg: Row[Any], session_id: str, queue: InQueue, language: str) -> bool:
    """Join the queue of the home platform; False when nobody who could take the call is on duty anywhere."""
    row = call_of_leg(tx, leg.id)
    skill = skill_at(queue.skill, queue.level)
    handed = tx.settings.callsvc_hand_over != "none"
    if not (handed and routing.any_agents_open(tx, row.platform_code, skill, language, call_id=row.id)):
        return False
    routing.enter_queue(
        tx,
        call_id=row.id,
        leg_id=leg.id,
        session_id=session_id,
        region_code=row.region_code,
        platform_code=row.platform_code,
        skill=skill,
        language=language,
        max_wait_s=_LONGEST_WAIT_S,
    )
    return True


def _wait_on(tx: Tx, leg: Row[Any], session: Row[Any], queue: InQueue, digits: str) -> str:
    entry = routing.entry_of_leg(tx, leg.id)
    if entry is None or entry.state in ("completed", "canceled"):
        how = "unavailable" if entry is None or entry.left_how != "connected" else "connected"
        return _leave(tx, leg, session, how)
    after_s = queue.offer_callback_after_s
    waited = after_s is not None and tx.now - entry.entered_at >= timedelta(seconds=after_s)
    offered = after_s is not None and (waited or may_offer_callback(tx, entry))
    if offered and digits == queue.callback_key and routing.leave_queue(tx, leg.id, "callback"):
        return _leave(tx, leg, session, "callback")
    count_turn(tx, session)
    told = () if offered else place_told(tx, leg.id, entry, session.turn)
    return render_round(queue, leg.id, session.turn + 1, offer=offered, told=told)


def _wait_for_target(tx: Tx, leg: Row[Any], session: Row[Any]) -> str:
    """One more round in the queue of a transfer's target."""
    entry = routing.entry_of_leg(tx, leg.id)
    if entry is not None and entry.state not in ("completed", "canceled"):
        count_turn(tx, session)
        return render_quiet(leg.id, session.turn + 1, words_for("wait", entry.language))
    met = entry is not None and entry.left_how == "connected"
    turn = resume_session(tx, session, TransferEnded("connected" if met else "no-answer"))
    return _follow(tx, subject_of(tx, leg), session.id, session.turn, turn)


def _leave(tx: Tx, leg: Row[Any], session: Row[Any], how: Any) -> str:
    turn = resume_session(tx, session, QueueEnded(how))
    return _follow(tx, subject_of(tx, leg), session.id, session.turn, turn)


def _note_outcome(tx: Tx, leg: Row[Any], outcome: str) -> None:
    tx.update(call, call.c.id == leg.call_id, outcome=outcome)


def conversation_ended(tx: Tx, event: ConversationEnded) -> None:
    """The agent and the contact have parted: the flow hears that it was a real conversation."""
    if event.agent_vanished or event.contact_stays:
        return  # the contact goes back to a queue, or on to somebody else; the session still waits
    _met(tx, event)


def handed_on_ended(tx: Tx, event: HandedOnEnded) -> None:
    """The same when the contact and whoever an agent left them with have parted."""
    _met(tx, event)


def _met(tx: Tx, event: ConversationEnded | HandedOnEnded) -> None:
    session = session_of(tx, event.leg_id)
    if session is None or session.status != "running":
        return
    leg = lock_leg(tx, event.leg_id)
    transferred = isinstance(session_waits_for(tx, session), Transfer)
    met = TransferEnded("connected") if transferred else QueueEnded("connected")
    turn = resume_session(tx, session, met)
    apply_effects(tx, subject_of(tx, leg), session.id, session.turn, turn)
    if turn.outcome is not None:
        _note_outcome(tx, leg, turn.outcome)


def close_session(tx: Tx, event: LegEnded) -> None:
    """The contact's leg is over: a session still running ends as hung up, or abandoned while waiting."""
    if event.role != "contact":
        return
    session = session_of(tx, event.leg_id)
    if session is None or session.status != "running":
        return
    leg = lock_leg(tx, event.leg_id)
    if isinstance(session_waits_for(tx, session), Transfer) and transferring.spoke_before_leaving(tx, leg):
        turn = resume_session(tx, session, TransferEnded("connected"))
        apply_effects(tx, subject_of(tx, leg), session.id, session.turn, turn)
        session = session_of(tx, event.leg_id)
        if session is None or session.status != "running":
            _note_outcome(tx, leg, turn.outcome or "connected")
            return
    turn = resume_session(tx, session, Hangup())
    apply_effects(tx, subject_of(tx, leg), session.id, session.turn, turn)
    if turn.outcome is not None:
        _note_outcome(tx, leg, turn.outcome)

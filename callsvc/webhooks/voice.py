"""Voice requests of legs we dialled: the answer, each turn, the conference, the fallback.

The turn's number is in the URL, so that a key pressed twice is two turns and a repeated request is one.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.addresses import CODE
from callsvc.calls.conferences import enter
from callsvc.calls.queries import call_of_leg, conference_of_leg, lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status, report_incident
from callsvc.calls.tables import call, leg
from callsvc.calls.updates import take_move, waiting_path
from callsvc.campaigns.callers import verify_line
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.rules import hours_of, is_suppressed
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.trials import is_trial
from callsvc.carrier import twiml
from callsvc.carrier.vocabulary import IN_PROGRESS, verdict
from callsvc.core.db import Tx
from callsvc.dialing.facts import person_of_leg
from callsvc.flows.service import session_of
from callsvc.routing import service as routing
from callsvc.runtime import Runtime
from callsvc.webhooks import conversation, telephones
from callsvc.webhooks.once import first_time, store_answer, stored_answer
from callsvc.webhooks.patience import words_for
from callsvc.webhooks.requests import CarrierRequest

# A call that rang in time may be answered a little after the window closed.
_LATE_ANSWER = timedelta(minutes=3)
# Counted as in the conference with its document: were the news of it lost, a contact would stay on hold for
# them, and an agent not be told of them.
_LET_IN = ("consult", "supervisor")
# Built once: it is asked with every answer.
_CAMPAIGN = (
    sa.select(campaign)
    .join(campaign_contact, campaign_contact.c.campaign_id == campaign.c.id)
    .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
    .where(call.c.id == sa.bindparam("call_id"))
)


def take_turn(rt: Runtime, leg_id: str, turn: int, given: CarrierRequest) -> str:
    """The TwiML of one turn; the same turn asked for again gets the same answer."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        key = f"turn:{leg_id}:{turn}"
        # Who hangs up while being recorded ends the session first: the recording is found here all the same.
        recording = {"recording": given.text("RecordingSid")} if given.text("RecordingSid") else {}
        if not first_time(tx, key, leg_id, turn=turn, **recording):
            return stored_answer(tx, key) or twiml.hang_up()
        if not bind_sid(tx, row, given.text("CallSid")):
            # A second call for one intent: it must not speak to anybody twice.
            return store_answer(tx, key, twiml.hang_up())
        if turn == 0:
            return store_answer(tx, key, _answered(tx, row if row.sid else lock_leg(tx, leg_id), given))
        return store_answer(tx, key, _continue(tx, row, turn, given))


def _answered(tx: Tx, row: Row[Any], given: CarrierRequest) -> str:
    answered_by = verdict(given.text("AnsweredBy"))
    record_status(tx, row.id, News(status=IN_PROGRESS, at=tx.now, source="voice", answered_by=answered_by))
    if row.role == CODE:
        return telephones.say_code(tx, row)
    if telephones.waits_for_key(tx, row):
        return telephones.ask_for_key(tx, row)
    if row.role in ("agent", "consult", "supervisor"):
        return _into_conference(tx, row)
    calling = tx.first(_CAMPAIGN, call_id=row.call_id)
    if calling is None:
        return twiml.hang_up()
    config = config_of(calling)
    unwanted = _unwanted(tx, row, calling.state, config)
    if unwanted:
        return _say_nothing(tx, row, unwanted)
    if row.agent_id is not None:
        return _into_conference(tx, row)
    return conversation.begin(
        tx,
        row,
        calling.flow_version,
        caller_id=row.caller or config.caller_id,
        verify=verify_line(tx, config),
        purpose=config.purpose,
        answered_by=answered_by,
        trial=is_trial(calling.id),
    )


def _unwanted(tx: Tx, row: Row[Any], state: str, config: CampaignFile) -> str:
    """Why not a word may be said though somebody answered: it was stopped, or became wrong, meanwhile."""
    facts = person_of_leg(tx, row, config, state)
    if is_suppressed(facts.suppressions, config.purpose, "voice"):
        return "suppressed"
    if row.end_asked_at is not None or state == "stopped":
        return "stopped"
    hours = hours_of(facts)
    if hours is None or not (hours.open_at(tx.now) or hours.open_at(tx.now - _LATE_ANSWER)):
        return "outside-window"
    return ""


def _say_nothing(tx: Tx, row: Row[Any], reason: str) -> str:
    tx.update(leg, leg.c.id == row.id, reasons=reason)
    tx.update(call, call.c.id == row.call_id, outcome=reason)
    return twiml.hang_up()


def _into_conference(tx: Tx, row: Row[Any]) -> str:
    """An agent, or whom an agent asks in or calls, picked up: into the conference meant for it."""
    meeting = conference_of_leg(tx, row.id)
    if meeting is None or row.end_asked_at is not None:
        return twiml.hang_up()
    if row.role in _LET_IN:
        enter(tx, meeting.id, row.id, tx.now)
    return _join(tx, row, meeting.id, muted=row.role == "supervisor")


def _join(tx: Tx, row: Row[Any], conference_id: str, *, language: str = "fr", muted: bool = False) -> str:
    """Who waits in it alone hears that they are being connected; those two who talk tell when it ends.

    An agent's call that goes on after the conference says that the agent has not gone: the conference has.
    """
    base = tx.settings.public_base_url.rstrip("/")
    tells = row.role in ("contact", "agent")
    after_url = f"/webhooks/voice/{row.id}/conference/{conference_id}/over" if tells else ""
    return twiml.join_conference(
        conference_id,
        label=row.id,
        status_url=f"{base}/webhooks/conference/{conference_id}#rc=3&rp=all",
        after_url=after_url,
        wait_url="" if muted else f"/webhooks/conference/waiting/{language}",
        muted=muted,
    )


def _continue(tx: Tx, row: Row[Any], turn: int, given: CarrierRequest) -> str:
    if telephones.waits_for_key(tx, row):
        return _into_conference(tx, row) if telephones.takes_call(tx, row, given) else twiml.hang_up()
    session = session_of(tx, row.id)
    if session is None or session.status != "running":
        return twiml.hang_up()
    if turn != session.turn:
        report_incident(tx, "turn-out-of-order", row.id, turn=turn, expected=session.turn)
        return twiml.hang_up()
    return conversation.proceed(tx, row, session, given)


def enter_conference(rt: Runtime, leg_id: str, conference_id: str, given: CarrierRequest) -> str:
    """A contact whose live call was moved asks what to do: join the agent."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        over = row.end_asked_at is not None or call_of_leg(tx, leg_id).ended_at is not None
        if row.sid != given.text("CallSid") or over:
            return twiml.hang_up()
        entry = routing.entry_of_leg(tx, leg_id)
        return _join(tx, row, conference_id, language=entry.language if entry is not None else "fr")


def leave_conference(rt: Runtime, leg_id: str, conference_id: str, given: CarrierRequest) -> str:
    """The conference ended under somebody who is still there: a contact waits on, in front, told so."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid != given.text("CallSid") or row.end_asked_at is not None:
            return twiml.hang_up()
        routing.conference_over(tx, conference_id)
        entry = routing.entry_of_leg(tx, leg_id)
        if entry is None or entry.state not in ("pending", "reserved", "assigned"):
            return twiml.hang_up()
        # It leads where the sentence is said.
        moved = take_move(tx, leg_id, asks_from=f"/webhooks/voice/{leg_id}/conference/{conference_id}")
        return twiml.say_and_go(
            () if moved else words_for("cut", entry.language), moved or waiting_path(tx, leg_id)
        )


def go_back(leg_id: str, turn: int, why: str, language: str) -> str:
    """A contact moved out of a conference hears why they wait again, and does."""
    return twiml.say_and_go(words_for(why, language), f"/webhooks/voice/{leg_id}/{turn}")


def fall_back(rt: Runtime, leg_id: str, given: CarrierRequest) -> str:
    """The carrier could not get instructions from us. The call ends; the try is `interrupted`."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid in (None, given.text("CallSid")):
            report_incident(tx, "voice-fallback", leg_id, error=given.text("ErrorCode")[:10])
    return twiml.hang_up()

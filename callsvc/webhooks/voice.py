"""Voice requests of legs we dialled: the answer, each turn, the conference, the fallback.

The turn's number is in the URL, so that a key pressed twice is two turns and a repeated request is one.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.queries import call_of_leg, conference_of_leg, lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status, report_incident
from callsvc.calls.tables import call, leg
from callsvc.campaigns.facts import campaign_row, config_of, suppression_pairs
from callsvc.campaigns.rules import is_suppressed
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier import twiml
from callsvc.carrier.vocabulary import IN_PROGRESS, verdict
from callsvc.core.db import Tx
from callsvc.flows.service import session_of
from callsvc.runtime import Runtime
from callsvc.webhooks import conversation
from callsvc.webhooks.once import first_time, store_answer, stored_answer
from callsvc.webhooks.requests import CarrierRequest


def take_turn(rt: Runtime, leg_id: str, turn: int, given: CarrierRequest) -> str:
    """The TwiML of one turn; the same turn asked for again gets the same answer."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        key = f"turn:{leg_id}:{turn}"
        if not first_time(tx, key, leg_id, turn=turn):
            return stored_answer(tx, key) or twiml.hang_up()
        if not bind_sid(tx, row, given.text("CallSid")):
            # A second call for one intent: it must not speak to anybody twice.
            return store_answer(tx, key, twiml.hang_up())
        if turn == 0:
            return store_answer(tx, key, _answered(tx, lock_leg(tx, leg_id), given))
        return store_answer(tx, key, _continue(tx, row, turn, given.text("Digits")))


def _answered(tx: Tx, row: Row[Any], given: CarrierRequest) -> str:
    answered_by = verdict(given.text("AnsweredBy"))
    record_status(tx, row.id, News(status=IN_PROGRESS, at=tx.now, source="voice", answered_by=answered_by))
    if row.role == "agent":
        return _agent_answered(tx, row)
    place = tx.first(
        sa.select(campaign_contact.c.campaign_id)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(call.c.id == row.call_id)
    )
    if place is None:
        return twiml.hang_up()
    campaign = campaign_row(tx, place.campaign_id)
    config = config_of(campaign)
    pairs = suppression_pairs(tx, [row.number_id]).get(row.number_id, [])
    if is_suppressed(pairs, config.purpose, "voice"):
        # They opted out after this call was claimed: not a word, and the outcome says why.
        return _suppressed(tx, row)
    return conversation.begin(
        tx, row, campaign.flow_version, caller_id=config.caller_id, answered_by=answered_by
    )


def _suppressed(tx: Tx, row: Row[Any]) -> str:
    tx.update(leg, leg.c.id == row.id, reasons="suppressed")
    tx.update(call, call.c.id == row.call_id, outcome="suppressed")
    return twiml.hang_up()


def _agent_answered(tx: Tx, row: Row[Any]) -> str:
    """The agent's softphone picked up: into the conference meant for it."""
    meeting = conference_of_leg(tx, row.id)
    if meeting is None or row.end_asked_at is not None:
        return twiml.hang_up()
    return _join(tx, row.id, meeting.id)


def _join(tx: Tx, leg_id: str, conference_id: str) -> str:
    base = tx.settings.public_base_url.rstrip("/")
    url = f"{base}/webhooks/conference/{conference_id}#rc=3&rp=all"
    return twiml.join_conference(conference_id, label=leg_id, status_url=url)


def _continue(tx: Tx, row: Row[Any], turn: int, digits: str) -> str:
    session = session_of(tx, row.id)
    if session is None or session.status != "running":
        return twiml.hang_up()
    if turn != session.turn:
        report_incident(tx, "turn-out-of-order", row.id, turn=turn, expected=session.turn)
        return twiml.hang_up()
    return conversation.proceed(tx, row, session, digits)


def enter_conference(rt: Runtime, leg_id: str, conference_id: str, given: CarrierRequest) -> str:
    """A contact whose live call was moved asks what to do: join the agent."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid != given.text("CallSid") or call_of_leg(tx, leg_id).ended_at is not None:
            return twiml.hang_up()
        return _join(tx, leg_id, conference_id)


def fall_back(rt: Runtime, leg_id: str, given: CarrierRequest) -> str:
    """The carrier could not get instructions from us. The call ends; the try is `interrupted`."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid in (None, given.text("CallSid")):
            report_incident(tx, "voice-fallback", leg_id, error=given.text("ErrorCode")[:10])
    return twiml.hang_up()

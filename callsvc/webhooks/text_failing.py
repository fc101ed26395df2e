"""The first SMS of a conversation never arrived: another number, another time, or the outcome."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.dispositions import UNDELIVERED, flags_of
from callsvc.campaigns.facts import campaign_row, config_of, numbers_of
from callsvc.campaigns.retrying import next_retry
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.port import RECIPIENT_OPTED_OUT
from callsvc.contacts.unworkable import discard_number
from callsvc.core.db import Tx
from callsvc.dialing.covering import cover_texted
from callsvc.dialing.finishing import tries_of
from callsvc.flows.service import resume_session
from callsvc.flows.tables import flow_session
from callsvc.messages.dialogues import close_dialogue
from callsvc.messages.events import MessageEnded
from callsvc.messages.failing import is_lasting
from callsvc.messages.tables import message
from ivr_flows import Hangup

_TAKEN_BACK = "withdrawn"  # by a stop, before anybody had sent it
_IN_VAIN = ("undelivered", "failed", "canceled", "refused", "not-placed", _TAKEN_BACK)


def text_failed(tx: Tx, event: MessageEnded) -> None:
    """End the conversation that began with this message. Once the person has answered, a loss is no end."""
    if event.status not in _IN_VAIN or event.campaign_contact_id is None:
        return
    session = tx.first(
        sa.select(flow_session)
        .where(
            flow_session.c.subject_id == event.campaign_contact_id,
            flow_session.c.channel == "sms",
            flow_session.c.status == "running",
        )
        .with_for_update(key_share=True)
    )
    row = tx.first(sa.select(message).where(message.c.id == event.message_id))
    if session is None or row is None or session.turn > 1 or not str(row.cause).startswith(session.id):
        return
    resume_session(tx, session, Hangup())
    close_dialogue(tx, session_id=session.id)
    _go_on(tx, event, row)


def _go_on(tx: Tx, event: MessageEnded, row: Row[Any]) -> None:
    """Another of their mobiles soon, the same one later, or nothing more."""
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == event.campaign_contact_id))
    if place is None or place.status != "trying":
        return
    if event.status == _TAKEN_BACK:
        _wait_again(tx, place)
        return
    if "suppressed" in row.reasons.split() or _refused_with(row.reasons) == RECIPIENT_OPTED_OUT:
        _finish(tx, place, row.number_id, "suppressed")
        return
    lasting = is_lasting(row.error_code) or is_lasting(_refused_with(row.reasons))
    if lasting:
        discard_number(tx, place.contact_id, row.number_id)
    mobiles = [
        one for one in numbers_of(tx, [place.contact_id]).get(place.contact_id, ()) if one.kind != "fixed"
    ]
    retries = config_of(campaign_row(tx, place.campaign_id)).retries
    again = next_retry(retries, flags_of("failed"), tries_of(place), event.at) if mobiles else None
    if again is None:
        _finish(tx, place, row.number_id, UNDELIVERED)
        return
    tx.update(
        campaign_contact,
        campaign_contact.c.id == place.id,
        status="waiting",
        next_try_at=again,
        skip_reasons=row.reasons[:200] or UNDELIVERED,
    )


def _finish(tx: Tx, place: Row[Any], number_id: str, outcome: str) -> None:
    finish_contact(tx, place.id, outcome)
    cover_texted(tx, place, number_id, config_of(campaign_row(tx, place.campaign_id)), outcome)


def _wait_again(tx: Tx, place: Row[Any]) -> None:
    """Nothing was ever sent, so it was no try: their turn comes when the campaign goes on, if it does."""
    mine = campaign_contact.c.id == place.id
    waits = {"status": "waiting", "tries": max(0, place.tries - 1), "next_try_at": tx.now}
    tx.update(campaign_contact, mine, skip_reasons="stopped", **waits)


def _refused_with(reasons: str) -> int | None:
    told = [reason.removeprefix("carrier-") for reason in reasons.split() if reason.startswith("carrier-")]
    return int(told[0]) if told and told[0].isdecimal() else None

"""What a turn of a flow asks of the service, written in the transaction of the turn."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments import service as appointments
from callsvc.calls.queries import call_of_leg
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_callback
from callsvc.messages.service import plan_message
from callsvc.webhooks.facts import mobile_of
from ivr_flows import (
    Appointment,
    BookCallback,
    Effect,
    SendSms,
    SetDisposition,
    SetValue,
    Suppress,
    Turn,
)

IDENTITY = "identity.confirmed"  # a flow's answer that equals what we know of the person


@dataclass(frozen=True)
class Subject:
    """Whom the session talks to: the leg, its campaign if it has one, and the flow's purpose."""

    leg: Row[Any]
    campaign_contact_id: str | None
    purpose: str
    sender: str


def subject_of(tx: Tx, leg: Row[Any]) -> Subject:
    call = call_of_leg(tx, leg.id)
    if call.campaign_contact_id is None:
        return Subject(leg, None, "", tx.settings.callsvc_caller_id)
    campaign_id = tx.scalar(
        campaign_contact.select()
        .with_only_columns(campaign_contact.c.campaign_id)
        .where(campaign_contact.c.id == call.campaign_contact_id)
    )
    config = config_of(campaign_row(tx, campaign_id))
    return Subject(leg, call.campaign_contact_id, config.purpose, config.sms_sender)


def apply_effects(tx: Tx, subject: Subject, session_id: str, turn_number: int, turn: Turn) -> None:
    for effect in turn.effects:
        _apply(tx, subject, f"{session_id}:{turn_number}", effect, turn)


def _apply(tx: Tx, subject: Subject, turn_key: str, effect: Effect, turn: Turn) -> None:
    leg = subject.leg
    match effect:
        case Suppress() | BookCallback() if leg.number_id is None:
            pass  # a caller without a number: nothing to suppress, nothing to dial; the flow goes on
        case Suppress(scope):
            # Without a campaign there is no purpose to stop: an opt-out on an inbound call is of everything.
            wide = "all" if scope == "purpose" and not subject.purpose else scope
            suppress(tx, leg.number_id, wide, purpose=subject.purpose, source="key", evidence=leg.id)
        case SendSms():
            _text(tx, subject, f"{turn_key}:{effect.prompt_id}", effect.text, turn)
        case BookCallback(in_minutes, at, days):
            book_callback(tx, leg.id, in_minutes=in_minutes, at=at, days=days)
        case Appointment(action, slot):
            appointments.act(tx, leg.id, action, slot)
        case SetValue() | SetDisposition():
            pass  # kept in the session's own state and outcome


def _text(tx: Tx, subject: Subject, cause: str, text: str, turn: Turn) -> None:
    number_id = _number_to_text(tx, subject, turn)
    if number_id is not None:
        plan_message(
            tx,
            number_id=number_id,
            body=text,
            sender=subject.sender,
            purpose=subject.purpose,
            cause=cause,
            campaign_contact_id=subject.campaign_contact_id,
        )


def _number_to_text(tx: Tx, subject: Subject, turn: Turn) -> str | None:
    """The number of the call if it takes SMS; else a mobile of the person, if they proved who they are."""
    leg = subject.leg
    kind = tx.scalar(sa.select(phone_number.c.kind).where(phone_number.c.id == leg.number_id))
    if kind is not None and kind != "fixed":
        return str(leg.number_id)
    call = call_of_leg(tx, leg.id)
    if call.direction != "outbound" or not turn.state["values"].get(IDENTITY):
        return None
    return mobile_of(tx, call.contact_id)

"""What a turn of a flow asks of the service, written in the transaction of the turn."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Row

from callsvc.appointments import service as appointments
from callsvc.calls.queries import call_of_leg
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_callback
from callsvc.messages.service import plan_message
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
        _apply(tx, subject, f"{session_id}:{turn_number}", effect)


def _apply(tx: Tx, subject: Subject, turn_key: str, effect: Effect) -> None:
    leg = subject.leg
    match effect:
        case Suppress(scope):
            # Without a campaign there is no purpose to stop: an opt-out on an inbound call is of everything.
            wide = "all" if scope == "purpose" and not subject.purpose else scope
            suppress(tx, leg.number_id, wide, purpose=subject.purpose, source="key", evidence=leg.id)
        case SendSms(prompt_id, _, text):
            plan_message(
                tx,
                number_id=leg.number_id,
                body=text,
                sender=subject.sender,
                purpose=subject.purpose,
                cause=f"{turn_key}:{prompt_id}",
                campaign_contact_id=subject.campaign_contact_id,
            )
        case BookCallback(in_minutes, at, days):
            book_callback(tx, leg.id, in_minutes=in_minutes, at=at, days=days)
        case Appointment(action, slot):
            appointments.act(tx, leg.id, action, slot)
        case SetValue() | SetDisposition():
            pass  # kept in the session's own state and outcome

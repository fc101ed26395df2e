"""What a turn of a flow asks of the service, written in the transaction of the turn."""

from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments import service as appointments
from callsvc.calls.queries import call_of_leg
from callsvc.calls.tables import call, leg
from callsvc.campaigns.callers import sms_sender_for
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.trials import is_trial
from callsvc.contacts.preferences import keep_choice
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_callback
from callsvc.dialing.owed_by_agents import keep_place
from callsvc.messages.service import plan_message
from callsvc.webhooks.facts import mobile_of
from ivr_flows import (
    Appointment,
    BookCallback,
    Effect,
    Recorded,
    SendSms,
    SetDisposition,
    SetValue,
    Suppress,
    Turn,
)

IDENTITY = "identity.confirmed"  # a flow's answer that equals what we know of the person


# Built once: it is asked with every answer.
_AIM = (
    sa.select(
        call.c.campaign_contact_id,
        call.c.contact_id,
        call.c.region_code,
        campaign.c.config,
        campaign.c.id.label("campaign_id"),
    )
    .join(leg, leg.c.call_id == call.c.id)
    .outerjoin(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
    .outerjoin(campaign, campaign.c.id == campaign_contact.c.campaign_id)
    .where(leg.c.id == sa.bindparam("leg_id"))
)


class Subject:
    """Whom the session talks to: the leg, its campaign if it has one, and the flow's purpose.

    The campaign is looked up when a turn first asks for it; most turns write nothing and never do.
    """

    def __init__(self, tx: Tx, leg: Row[Any]) -> None:
        self.leg = leg
        self._tx = tx

    @cached_property
    def campaign_contact_id(self) -> str | None:
        found: str | None = self._aim.campaign_contact_id if self._aim else None
        return found

    @cached_property
    def purpose(self) -> str:
        return self._config.purpose if self._config else ""

    @cached_property
    def is_trial(self) -> bool:
        return is_trial(self._aim.campaign_id if self._aim else None)

    @cached_property
    def sender(self) -> str:
        if self._config is None or self._aim is None:
            return self._tx.settings.callsvc_caller_id
        aim = self._aim
        return sms_sender_for(self._tx, self._config, contact_id=aim.contact_id, region=aim.region_code) or ""

    @cached_property
    def _config(self) -> CampaignFile | None:
        return config_of(self._aim) if self._aim and self._aim.config else None

    @cached_property
    def _aim(self) -> Row[Any] | None:
        return self._tx.first(_AIM, leg_id=self.leg.id)


def subject_of(tx: Tx, leg: Row[Any]) -> Subject:
    return Subject(tx, leg)


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
        case BookCallback(time="turn") if keep_place(tx, leg.id) is not None:
            pass  # in the queue, as somebody to call
        case BookCallback(in_minutes, at, days, time):
            book_callback(tx, leg.id, in_minutes=in_minutes, at=at, days=days, time=time)
        case Appointment() if subject.is_trial:
            pass  # whoever listens has no appointment; no room is taken for them
        case Appointment(action, slot):
            appointments.act(tx, leg.id, action, slot)
        case SetValue(name, value) if leg.number_id is not None and name.startswith("preference."):
            keep_choice(tx, leg.number_id, name, value, source="key", evidence=leg.id)
        case SetValue() | SetDisposition() | Recorded():
            pass  # kept in the session's own state and outcome; the carrier holds what was recorded


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

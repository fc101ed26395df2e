"""The other way to whom the first one did not reach: an SMS after calls, calls after an SMS. Never twice.

What follows a person is either one message, whose cause is their place in the campaign (and one for all of a
household who share the telephone), or a place in another campaign, of which there is one a person. Whoever
said stop on the other channel is left alone by that channel's own ``may_contact``, which asks again at every
claim.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded
from callsvc.calls.tables import call
from callsvc.campaigns.callers import fallback_sender_for
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.fallback import SmsFallback
from callsvc.campaigns.dispositions import NOT_REACHED, OTHER_CHANNEL, UNCALLABLE, UNDELIVERED, flags_of
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.facts import campaign_row, config_of, numbers_of
from callsvc.campaigns.service import add_contacts, finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.preferences import preferences_of
from callsvc.core.db import Tx
from callsvc.core.incidents import report_once
from callsvc.messages.answering import worded
from callsvc.messages.service import plan_message
from callsvc.messages.tables import message

_CAUSE = "fallback:"
# How a conversation by SMS ends that reached nobody; uncallable has, above all, whoever has a landline only.
_SILENT = ("no-input", UNDELIVERED, UNCALLABLE)


def text_unreached(tx: Tx, event: ContactFinished) -> None:
    """React to the outcome ``not-reached`` with the campaign's fallback by SMS, if it has one."""
    if event.outcome != NOT_REACHED:
        return
    row = campaign_row(tx, event.campaign_id)
    fallback = config_of(row).sms_fallback
    if fallback is None or row.state == "stopped":
        return  # stop must not be what sends an SMS to everybody
    place = _place(tx, event.campaign_contact_id)
    if fallback.campaign:
        hand_over(tx, place, fallback.campaign)
    else:
        _text(tx, place, config_of(row), fallback)


def text_after_tries(tx: Tx, event: LegEnded) -> None:
    """So many calls were in vain, or one of a kind that asks for it, and others will follow: an SMS, once."""
    if event.role != "contact" or event.direction != "outbound":
        return
    place = tx.first(
        sa.select(campaign_contact)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(call.c.id == event.call_id, campaign_contact.c.status == "waiting")
    )
    if place is None:
        return
    row = campaign_row(tx, place.campaign_id)
    config = config_of(row)
    fallback = config.sms_fallback
    if fallback is None or fallback.campaign or row.state != "running":
        return
    asked = config.retries.policy(flags_of(place.last_disposition or "").retry_after).sms
    if asked or 0 < fallback.after_tries <= place.tries:
        _text(tx, place, config, fallback)


def call_unanswered(tx: Tx, event: ContactFinished) -> None:
    """Nobody answered the SMS, or it never arrived: the campaign by voice takes over, if there is one."""
    if event.outcome not in _SILENT:
        return
    row = campaign_row(tx, event.campaign_id)
    config = config_of(row)
    if config.channel == "sms" and config.voice_fallback and row.state != "stopped":
        hand_over(tx, _place(tx, event.campaign_contact_id), config.voice_fallback.campaign)


def calls_instead(tx: Tx, place: Row[Any], config: CampaignFile, number_ids: Sequence[str]) -> bool:
    """A person who prefers calls is called by the campaign by voice, if there is one, and not written to."""
    other = config.voice_fallback.campaign if config.voice_fallback else ""
    return _prefers(tx, number_ids, "voice", other) and _give(tx, place, other)


def texts_instead(tx: Tx, place: Row[Any], config: CampaignFile, number_ids: Sequence[str]) -> bool:
    """A person who prefers SMS is written to by the campaign by SMS, if there is one, and not called."""
    other = config.sms_fallback.campaign if config.sms_fallback else ""
    return _prefers(tx, number_ids, "sms", other) and _give(tx, place, other)


def hand_over(tx: Tx, place: Row[Any], other: str) -> bool:
    """Put this person into the other campaign, due now; False where it takes nobody or knows them already."""
    row = tx.first(sa.select(campaign.c.state, campaign.c.closed_at).where(campaign.c.id == other))
    if row is None or row.state == "stopped" or row.closed_at is not None:
        report_once(tx, "fallback-campaign-gone", place.campaign_id, wanted=other)
        return False
    return add_contacts(tx, other, [place.contact_id]) == 1


def _prefers(tx: Tx, number_ids: Sequence[str], channel: str, other: str) -> bool:
    if not other or not number_ids:
        return False
    chosen = preferences_of(tx, number_ids)
    return any(preferred.channel == channel for preferred in chosen.values())


def _give(tx: Tx, place: Row[Any], other: str) -> bool:
    given = hand_over(tx, place, other)
    if given:
        finish_contact(tx, place.id, OTHER_CHANNEL)
    return given


def _place(tx: Tx, place_id: str) -> Row[Any]:
    [row] = tx.all(sa.select(campaign_contact).where(campaign_contact.c.id == place_id))
    return row


def _text(tx: Tx, place: Row[Any], config: CampaignFile, fallback: SmsFallback) -> None:
    numbers = numbers_of(tx, [place.contact_id]).get(place.contact_id, [])
    mobile = next((row for row in numbers if row.kind != "fixed"), None)
    if mobile is None or (config.households == "together" and _texted(tx, place.campaign_id, mobile.id)):
        return
    who = {"contact_id": place.contact_id, "region": place.region_code}
    sender = fallback_sender_for(tx, config, **who, country=mobile.country)
    if sender is None:
        return  # nobody of the pool may write there
    plan_message(
        tx,
        number_id=mobile.id,
        body=worded(tx, fallback.text, mobile.id, contact_id=place.contact_id),
        sender=sender,
        purpose=config.purpose,
        cause=f"{_CAUSE}{place.id}",
        campaign_contact_id=place.id,
    )


def _texted(tx: Tx, campaign_id: str, number_id: str) -> bool:
    """Somebody of the household has had this SMS, on the same telephone."""
    texted = (
        sa.select(message.c.id)
        .join(campaign_contact, campaign_contact.c.id == message.c.campaign_contact_id)
        .where(
            message.c.number_id == number_id,
            message.c.cause.like(f"{_CAUSE}%"),
            campaign_contact.c.campaign_id == campaign_id,
        )
    )
    return tx.first(texted.limit(1)) is not None

"""Planning the SMS about a slot, in the person's language and by the clock where they live."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.callers import announcer_for, caller_for, verify_line
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import hours_of_person
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.phone_numbers import spaced
from callsvc.dialing.slot_texts import MISSED, OFFERED, SETTLED, choices_in, day_in, span_in
from callsvc.messages.answering import language_for
from callsvc.messages.service import plan_message
from callsvc.messages.tables import live_dialogue

_PARIS = ZoneInfo("Europe/Paris")


def say_slot(
    tx: Tx,
    place: Row[Any],
    config: CampaignFile,
    slot: datetime,
    *,
    announcement_id: str,
    number_id: str,
    how: str,
) -> None:
    """The SMS that tells a slot: the first in the campaign's own words, later ones in ours."""
    assert config.announce is not None  # noqa: S101 - an announcement exists
    texts = {"first": config.announce.text, "settled": SETTLED, "missed": MISSED}[how]
    language = language_for(tx, texts, number_id, contact_id=place.contact_id)
    length, zone = timedelta(minutes=config.announce.slot_minutes), zone_of_person(tx, place, config)
    text = texts[language].format(
        **{"from": f"{slot.astimezone(zone):%H:%M}", "to": f"{(slot + length).astimezone(zone):%H:%M}"},
        day=day_in(language, slot, zone),
        caller=_caller(tx, place, config, number_id),
        verify=verify_line(tx, config),
        who=tx.settings.callsvc_who,
        kept=span_in(language, slot, length, zone),
    )
    _plan(tx, place, config, number_id=number_id, text=text, cause=f"announce:{announcement_id}:0")


def say_offers(tx: Tx, row: Row[Any], place: Row[Any], config: CampaignFile, offers: list[datetime]) -> None:
    """The SMS that offers other moments by key, and 0 to keep the one that was told."""
    assert config.announce is not None  # noqa: S101 - an announcement exists
    language = language_for(tx, OFFERED, row.number_id, contact_id=place.contact_id)
    length, zone = timedelta(minutes=config.announce.slot_minutes), zone_of_person(tx, place, config)
    text = OFFERED[language].format(
        who=tx.settings.callsvc_who,
        choices=choices_in(language, offers, length, zone),
        kept=span_in(language, row.slot_from, length, zone),
    )
    _plan(tx, place, config, number_id=row.number_id, text=text, cause=f"announce:{row.id}:{row.turn}")


def say_kept(tx: Tx, row: Row[Any], place: Row[Any], config: CampaignFile) -> None:
    """The SMS that says that the slot stays as it was."""
    language = language_for(tx, SETTLED, row.number_id, contact_id=place.contact_id)
    zone = zone_of_person(tx, place, config)
    text = SETTLED[language].format(
        who=tx.settings.callsvc_who,
        kept=span_in(language, row.slot_from, row.slot_to - row.slot_from, zone),
        caller=_caller(tx, place, config, row.number_id),
    )
    _plan(tx, place, config, number_id=row.number_id, text=text, cause=f"announce:{row.id}:{row.turn}")


def announcer_of(tx: Tx, place: Row[Any], config: CampaignFile, number_id: str) -> str | None:
    """Whoever is in a dialogue with this number about a call goes on; else the one chosen for this person."""
    held = tx.first(sa.select(live_dialogue).where(live_dialogue.c.number_id == number_id))
    if held is not None and held.announcement_id is not None:
        return str(held.sender)
    country = tx.scalar(sa.select(phone_number.c.country).where(phone_number.c.id == number_id)) or ""
    who = {"contact_id": place.contact_id, "region": place.region_code}
    return announcer_for(tx, config, **who, country=country)


def _caller(tx: Tx, place: Row[Any], config: CampaignFile, number_id: str) -> str:
    """The number that their telephone will show, as the claim will choose it."""
    country = tx.scalar(sa.select(phone_number.c.country).where(phone_number.c.id == number_id))
    shown = caller_for(
        tx, config, contact_id=place.contact_id, region=place.region_code, country=country or "", tries=0
    )
    return spaced(shown or config.caller_id)


def zone_of_person(tx: Tx, place: Row[Any], config: CampaignFile) -> ZoneInfo:
    hours = hours_of_person(tx, config, place.contact_id)
    return hours.zone if hours is not None else _PARIS


def _plan(tx: Tx, place: Row[Any], config: CampaignFile, *, number_id: str, text: str, cause: str) -> None:
    plan_message(
        tx,
        number_id=number_id,
        body=text,
        sender=announcer_of(tx, place, config, number_id) or config.sms_sender,
        purpose=config.purpose,
        cause=cause,
        campaign_contact_id=place.id,
    )

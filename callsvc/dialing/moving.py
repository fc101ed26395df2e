"""A reply to the announcement of a call: 1 offers other moments, a key chooses one, 0 keeps what was told."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of, hours_of_person
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.announcing import tell_slot
from callsvc.dialing.promising import offered_times
from callsvc.dialing.slot_messages import say_kept, say_offers
from callsvc.dialing.tables import announcement
from callsvc.messages.dialogues import close_dialogue
from callsvc.messages.tables import message

_MOST_OFFERED = 3
_MOST_TURNS = 6  # SMS of ours about one slot; then the person is told nothing new, and may call
_DIGIT = re.compile(r"\d")


def move_announced(tx: Tx, dialogue: Row[Any], message_id: str, body: str, *, opt_out: bool) -> None:
    """Hear what was written about an announced call. STOP is of SMS: the announced call itself comes."""
    row = tx.first(
        sa.select(announcement).where(announcement.c.id == dialogue.announcement_id).with_for_update()
    )
    if row is None or row.status not in ("planned", "told") or opt_out:
        close_dialogue(tx, announcement_id=dialogue.announcement_id)
        return
    place = tx.first(
        sa.select(campaign_contact)
        .where(campaign_contact.c.id == row.campaign_contact_id)
        .with_for_update(key_share=True)
    )
    tx.update(message, message.c.id == message_id, campaign_contact_id=row.campaign_contact_id)
    if place is None or place.status != "waiting" or row.turn >= _MOST_TURNS:
        return  # the call is under way
    config = config_of(campaign_row(tx, place.campaign_id))
    if config.announce is not None and config.announce.can_move:
        _hear(tx, row, place, config, body)


def _hear(tx: Tx, row: Row[Any], place: Row[Any], config: CampaignFile, body: str) -> None:
    digit = _DIGIT.search(body)
    key = int(digit.group()) if digit else None
    offers = [datetime.fromisoformat(told) for told in row.offers]
    if not offers:
        if key == 1:
            _offer(tx, row, place, config)
    elif key == 0:
        _answered(tx, row, [])
        say_kept(tx, row, place, config)
    elif key is not None and key <= len(offers) and offers[key - 1] > tx.now:
        _move(tx, row, place, config, offers[key - 1])
    else:
        _offer(tx, row, place, config)


def _offer(tx: Tx, row: Row[Any], place: Row[Any], config: CampaignFile) -> None:
    offers = _other_moments(tx, row, place, config)
    _answered(tx, row, offers)
    if offers:
        say_offers(tx, row, place, config, offers)
    else:
        say_kept(tx, row, place, config)


def _other_moments(tx: Tx, row: Row[Any], place: Row[Any], config: CampaignFile) -> list[datetime]:
    """Moments at which a whole slot lies within the person's hours, other than the one they were told."""
    hours = hours_of_person(tx, config, place.contact_id)
    length = row.slot_to - row.slot_from
    whose = tx.first(
        sa.select(campaign_contact.c.contact_id, campaign_contact.c.id.label("campaign_contact_id")).where(
            campaign_contact.c.id == place.id
        )
    )
    if hours is None or whose is None:
        return []
    wished = (hours.next_opening(at.astimezone(UTC), length) for at in offered_times(tx, whose))
    found = {at for at in wished if at is not None and abs(at - row.slot_from) >= timedelta(minutes=5)}
    return sorted(found)[:_MOST_OFFERED]


def _move(tx: Tx, row: Row[Any], place: Row[Any], config: CampaignFile, slot: datetime) -> None:
    """The chosen slot is announced in its turn: the person is called once they were told."""
    tx.update(announcement, announcement.c.id == row.id, status="moved", ended_at=tx.now)
    close_dialogue(tx, announcement_id=row.id)
    tell_slot(tx, place, config, row.number_id, slot, how="settled")


def _answered(tx: Tx, row: Row[Any], offers: list[datetime]) -> None:
    told = [at.isoformat() for at in offers]
    tx.update(announcement, announcement.c.id == row.id, offers=told, turn=row.turn + 1)

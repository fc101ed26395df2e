"""What becomes of announced slots: told, kept, missed (and then said so), or never told.

The SMS itself tells how far an announcement has come; a call that was placed in its slot keeps it. What
passes without either is found by the ticker.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegPlaced
from callsvc.calls.tables import call, leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import UNCALLABLE
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.joining import own_priority
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.announcing import do_without, next_slot, tell_slot
from callsvc.dialing.facts import candidates
from callsvc.dialing.planning import choose_number
from callsvc.dialing.tables import OPEN, announcement
from callsvc.messages.allowing import for_sms
from callsvc.messages.dialogues import close_dialogue
from callsvc.messages.events import MessageEnded, MessageSent
from callsvc.messages.service import give_up_message, lock_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime

_MOST_MISSED = 2  # slots of one person that passed in vain; no third is promised
_AT_ONCE = 50
_IN_VAIN = ("undelivered", "failed", "canceled", "refused", "not-placed")


def announcement_sent(tx: Tx, event: MessageSent) -> None:
    """The carrier has the SMS: the slot is a promise."""
    row = _announced_by(tx, event.message_id)
    if row is not None and row.status == "planned":
        tx.update(announcement, announcement.c.id == row.id, status="told", told_at=event.at)


def announcement_failed(tx: Tx, event: MessageEnded) -> None:
    """It never arrived: the person is called without, or not at all, as the campaign's file says."""
    row = _announced_by(tx, event.message_id) if event.status in _IN_VAIN else None
    if row is None:
        return
    _end(tx, row, "failed")
    place = _place(tx, row.campaign_contact_id)
    config = config_of(campaign_row(tx, place.campaign_id))
    if config.announce is not None and config.announce.otherwise == "leave" and place.status == "waiting":
        finish_contact(tx, place.id, UNCALLABLE)
    else:
        _let_go(tx, place)


def slot_kept(tx: Tx, event: LegPlaced) -> None:
    """The call is with the carrier."""
    place_id = tx.scalar(
        sa.select(call.c.campaign_contact_id)
        .join(leg, leg.c.call_id == call.c.id)
        .where(leg.c.id == event.leg_id, leg.c.role == "contact")
    )
    row = _open_of(tx, place_id) if place_id else None
    if row is not None and row.slot_from <= tx.now:
        _end(tx, row, "kept")
        _let_go(tx, _place(tx, row.campaign_contact_id), when=False)


def slot_moot(tx: Tx, event: ContactFinished) -> None:
    """Nobody is to be called any more: what was not sent is not sent."""
    row = _open_of(tx, event.campaign_contact_id)
    if row is not None:
        _withdraw(tx, row)


def end_slots(rt: Runtime) -> int:
    """Slots that passed without a call, or began before anybody was told; returns how many."""
    with rt.db.read() as tx:
        ids = [row.id for row in tx.all(_over(tx).limit(_AT_ONCE))]
    for announcement_id in ids:
        with rt.db.begin() as tx:
            row = tx.first(_over(tx).where(announcement.c.id == announcement_id))
            if row is not None:
                _over_now(tx, row)
    return len(ids)


def _over(tx: Tx) -> sa.Select[Any]:
    """Of campaigns that run: while one is paused nothing is said, and its slots are looked at afterwards."""
    too_late = (announcement.c.status == "told") & (announcement.c.slot_to <= tx.now)
    untold = (announcement.c.status == "planned") & (announcement.c.slot_from <= tx.now)
    return (
        sa.select(announcement)
        .join(campaign_contact, campaign_contact.c.id == announcement.c.campaign_contact_id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(too_late | untold, campaign_contact.c.status == "waiting", campaign.c.state == "running")
    )


def _over_now(tx: Tx, row: Row[Any]) -> None:
    place = _place(tx, row.campaign_contact_id)
    if row.status == "planned":
        if _withdraw(tx, row):
            _let_go(tx, place)  # told anew, of a later slot
        return
    _end(tx, row, "missed")
    config = config_of(campaign_row(tx, place.campaign_id))
    if config.announce is None:
        _let_go(tx, place)
    else:
        _apologise(tx, place, config, row)


def _apologise(tx: Tx, place: Row[Any], config: CampaignFile, row: Row[Any]) -> None:
    """Say so, within the hours for SMS, with another slot after that; not without end."""
    missed = (announcement.c.campaign_contact_id == place.id) & (announcement.c.status == "missed")
    times = int(tx.scalar(sa.select(sa.func.count()).select_from(announcement).where(missed)))
    found = candidates(tx, for_sms(config), "running", [place.contact_id], campaign_id=place.campaign_id)
    choice, verdict = choose_number(found.get(place.contact_id, []), 0, set(), tx.now, "sms")
    when = tx.now if choice is not None else verdict.earliest
    slot = next_slot(tx, place, config, when) if when is not None and times < _MOST_MISSED else None
    if slot is None or not tell_slot(tx, place, config, row.number_id, slot, how="missed"):
        do_without(tx, place, row.number_id)


def _withdraw(tx: Tx, row: Row[Any]) -> bool:
    """Take back an announcement; False while its SMS may be on its way."""
    sms = tx.first(sa.select(message.c.id).where(message.c.cause == f"announce:{row.id}:0"))
    held = lock_message(tx, sms.id) if sms is not None else None
    if held is not None and row.status == "planned" and held.placement in ("claimed", "in-doubt"):
        return False
    _end(tx, row, "canceled")
    untold = (campaign_contact.c.id == row.campaign_contact_id) & (campaign_contact.c.tries == 0)
    tx.update(campaign_contact, untold, unannounced=True)
    if held is not None and held.placement == "planned":
        give_up_message(tx, held, "withdrawn", "too-late")
    return True


def _end(tx: Tx, row: Row[Any], status: str) -> None:
    tx.update(announcement, announcement.c.id == row.id, status=status, ended_at=tx.now)
    close_dialogue(tx, announcement_id=row.id)


def _let_go(tx: Tx, place: Row[Any], *, when: bool = True) -> None:
    """No promise holds this place any more: it has the priority of before, and is due."""
    now = {"next_try_at": tx.now, "skip_reasons": ""} if when else {}
    mine = (campaign_contact.c.id == place.id) & (campaign_contact.c.status != "done")
    tx.update(campaign_contact, mine, priority=own_priority(tx, place.contact_id), **now)


def _announced_by(tx: Tx, message_id: str) -> Row[Any] | None:
    """The open announcement whose first SMS this is, locked."""
    cause = str(tx.scalar(sa.select(message.c.cause).where(message.c.id == message_id)) or "")
    kind, _, rest = cause.partition(":")
    announcement_id, _, turn = rest.partition(":")
    if kind != "announce" or turn != "0":
        return None
    mine = (announcement.c.id == announcement_id) & OPEN
    return tx.first(sa.select(announcement).where(mine).with_for_update())


def _open_of(tx: Tx, place_id: str) -> Row[Any] | None:
    mine = (announcement.c.campaign_contact_id == place_id) & OPEN
    return tx.first(sa.select(announcement).where(mine).with_for_update())


def _place(tx: Tx, place_id: str) -> Row[Any]:
    [row] = tx.all(sa.select(campaign_contact).where(campaign_contact.c.id == place_id))
    return row

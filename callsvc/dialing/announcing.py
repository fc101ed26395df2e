"""Announced calls: an SMS says when we call and from which number, and the call is made then, not before.

A person of a campaign with ``announce`` is not called until an announcement of theirs is with the carrier
(the reason ``unannounced`` of ``may_contact``), and then in its slot (``slot-announced``), before every call
that was promised to nobody. Their second and later tries need no announcement.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.calendar import Hours
from callsvc.campaigns.callers import announcers
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import UNCALLABLE
from callsvc.campaigns.facts import campaign_row, config_of, hours_of_person, numbers_of
from callsvc.campaigns.rules import Verdict
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import UNTOLD, campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.ordering import DUE, move_resting
from callsvc.dialing.planning import choose_number
from callsvc.dialing.slot_messages import announcer_of, say_slot
from callsvc.dialing.slots import first_slot, room_in_slot
from callsvc.dialing.tables import OPEN, announcement
from callsvc.dialing.turns import PROMISED
from callsvc.dialing.wishes import wished_of
from callsvc.messages.allowing import for_sms
from callsvc.messages.dialogues import open_dialogue
from callsvc.messages.pacing import room_of
from callsvc.runtime import Runtime

_AT_ONCE = 20  # people told in one transaction, so that it stays short
_ROUND = timedelta(seconds=1)  # machine time between two looks
_BUSY = timedelta(minutes=10)  # lived: the number is in a conversation by SMS
_PLACE = campaign_contact.c
# Whose turn has come and who was never told, in the order of an index that holds nobody else.
UNTOLD_FRONT = (
    sa.select(campaign_contact)
    .where(
        _PLACE.campaign_id == sa.bindparam("campaign_id"),
        UNTOLD,
        DUE,
        _PLACE.priority < PROMISED,  # a callback they asked for needs no announcement
    )
    .order_by(_PLACE.priority.desc(), _PLACE.next_try_at, _PLACE.id)
    .limit(sa.bindparam("room", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)


def announce_due(rt: Runtime) -> int:
    """Tell whoever is to be called when that will be; returns how many were told."""
    with rt.db.read() as tx:
        running = tx.all(sa.select(campaign).where(campaign.c.state == "running"))
    told = 0
    for row in running:
        if row.config.get("announce"):
            with rt.db.begin() as tx:
                told += _announce_campaign(tx, row.id)
    return told


def _announce_campaign(tx: Tx, campaign_id: str) -> int:
    row = campaign_row(tx, campaign_id, lock=True)
    config = config_of(row)
    if row.state != "running" or config.announce is None:
        return 0
    room = min(sum(room_of(tx, sender, _ROUND) for sender in announcers(tx, config)), _AT_ONCE)
    move_resting(tx, campaign_id)
    places = tx.all(UNTOLD_FRONT, campaign_id=campaign_id, now=tx.now, room=room) if room else ()
    ids = [place.contact_id for place in places]
    found = candidates(tx, for_sms(config), "running", ids, campaign_id=campaign_id)
    return sum(_announce(tx, place, config, found.get(place.contact_id, [])) for place in places)


def _announce(tx: Tx, place: Row[Any], config: CampaignFile, numbers: Sequence[Candidate]) -> bool:
    choice, verdict = choose_number(list(numbers), 0, set(), tx.now, "sms")
    if choice is None:
        _wait_or_do_without(tx, place, config, numbers, verdict)
        return False
    slot = next_slot(tx, place, config, tx.now)
    if slot is None:
        hold(tx, place.id, tx.now + timedelta(hours=1), "outside-window")
        return False
    return tell_slot(tx, place, config, choice.number_id, slot) is not None


def _wait_or_do_without(
    tx: Tx, place: Row[Any], config: CampaignFile, numbers: Sequence[Candidate], verdict: Verdict
) -> None:
    """Later, when they may be written to; or never, and then as the campaign's file says."""
    if not verdict.final:
        hold(tx, place.id, verdict.earliest or tx.now + _BUSY, " ".join(verdict.reasons))
    elif config.announce is not None and config.announce.otherwise == "call" and numbers:
        do_without(tx, place, numbers[0].number_id)
    else:
        finish_contact(tx, place.id, "suppressed" if "suppressed" in verdict.reasons else UNCALLABLE)


def do_without(tx: Tx, place: Row[Any], number_id: str) -> None:
    """Nobody can tell this person: they are called all the same, and the row says that they were not told."""
    _insert(tx, place, number_id, tx.now, tx.now, status="failed")
    tx.update(campaign_contact, campaign_contact.c.id == place.id, next_try_at=tx.now, skip_reasons="")


def next_slot(tx: Tx, place: Row[Any], config: CampaignFile, after: datetime) -> datetime | None:
    """The beginning of the first slot of this campaign for this person, ``minutes_before`` from ``after``.

    In the hours they chose, if they chose some: the call itself is then a promise, and no longer asks.
    """
    hours = hours_of_person(tx, config, place.contact_id)
    if hours is None or config.announce is None:
        return None
    length = timedelta(minutes=config.announce.slot_minutes)
    most = room_in_slot(config.pacing.calls_per_second, length)
    begins = after + timedelta(minutes=config.announce.minutes_before)
    return first_slot(
        _as_wished(tx, place, hours, begins, length),
        begins,
        length,
        lambda at: _promised_at(tx, config.id, at) >= most,
    )


def _as_wished(tx: Tx, place: Row[Any], hours: Hours, begins: datetime, length: timedelta) -> Hours:
    """The hours chosen for this person's numbers, unless none of them is among those of the campaign."""
    numbers = [row.id for row in numbers_of(tx, [place.contact_id]).get(place.contact_id, ())]
    wished = [replace(hours, windows=windows, also=()) for windows in wished_of(tx, numbers).values()]
    both = replace(hours, also=(*hours.also, *wished))
    return hours if both.next_opening(begins, length) is None else both


def _promised_at(tx: Tx, campaign_id: str, at: datetime) -> int:
    return int(
        tx.scalar(
            sa.select(sa.func.count())
            .select_from(announcement)
            .join(campaign_contact, campaign_contact.c.id == announcement.c.campaign_contact_id)
            .where(
                campaign_contact.c.campaign_id == campaign_id,
                announcement.c.status.in_(("planned", "told")),
                announcement.c.slot_from == at,
            )
        )
    )


def tell_slot(
    tx: Tx, place: Row[Any], config: CampaignFile, number_id: str, slot: datetime, *, how: str = "first"
) -> str | None:
    """Write the announcement and its SMS, and keep the place for its slot; None while the number is busy.

    ``how``: first (the campaign's own text), settled (the person chose it), missed (with an apology).
    """
    assert config.announce is not None  # noqa: S101 - whoever calls has looked
    length = timedelta(minutes=config.announce.slot_minutes)
    announcement_id = tx.new_id("ann")
    sender = announcer_of(tx, place, config, number_id)
    if sender is None:
        hold(tx, place.id, tx.now + _BUSY, "caller-not-allowed")
        return None
    busy = _told_already(tx, place, number_id)
    if not busy and config.announce.can_move:
        busy = not open_dialogue(tx, number_id, sender, announcement_id=announcement_id)
    if busy:
        hold(tx, place.id, tx.now + _BUSY, "number-busy")
        return None
    _insert(tx, place, number_id, slot, slot + length, status="planned", announcement_id=announcement_id)
    kept = {"next_try_at": slot, "priority": PROMISED, "skip_reasons": "slot-announced", "status": "waiting"}
    tx.update(campaign_contact, campaign_contact.c.id == place.id, **kept)
    say_slot(tx, place, config, slot, announcement_id=announcement_id, number_id=number_id, how=how)
    return announcement_id


def _told_already(tx: Tx, place: Row[Any], number_id: str) -> bool:
    """Somebody else of the campaign awaits a call on this telephone, which may concern them both."""
    other = (
        sa.select(announcement.c.id)
        .join(campaign_contact, _PLACE.id == announcement.c.campaign_contact_id)
        .where(
            announcement.c.number_id == number_id,
            OPEN,
            _PLACE.campaign_id == place.campaign_id,
            _PLACE.id != place.id,
        )
    )
    return tx.first(other.limit(1)) is not None


def hold(tx: Tx, place_id: str, until: datetime, reasons: str) -> None:
    """Look at this person again later."""
    tx.update(
        campaign_contact,
        campaign_contact.c.id == place_id,
        next_try_at=until,
        skip_reasons=reasons[:200],
    )


def _insert(
    tx: Tx,
    place: Row[Any],
    number_id: str,
    slot_from: datetime,
    slot_to: datetime,
    *,
    status: str,
    announcement_id: str = "",
) -> None:
    tx.update(campaign_contact, campaign_contact.c.id == place.id, unannounced=False)
    tx.insert(
        announcement,
        id=announcement_id or tx.new_id("ann"),
        campaign_contact_id=place.id,
        number_id=number_id,
        slot_from=slot_from,
        slot_to=slot_to,
        status=status,
        turn=1,
        offers=[],
        created_at=tx.now,
        ended_at=tx.now if status == "failed" else None,
    )

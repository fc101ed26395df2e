"""One call covers a household: what came of it holds for everybody of the campaign who shares the number.

    the end of the try              the others who wait in this campaign on this number
    an outcome (reached, refused)   have the same outcome: nobody rings there again for each name
    an opt-out                      likewise, but who has another number: that one opted out of nothing
    nobody was reached              have had this try too, and have as many more as are left to them
    of one person's appointment     stay as they are: theirs is another one
    not this person's number        stay as they are: it was said of one of them
    a call back was promised        are promised it as well, and have the outcome that it comes to
    the end of a conversation by SMS   as after a call: one SMS to a telephone, not one for each name

Whoever was promised a call at a moment of their own is called then, whatever came of the others. A campaign
whose file says ``households: apart`` calls each of them by themselves.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded, LegRevised
from callsvc.calls.tables import call, leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import NOT_REACHED, UNDELIVERED, flags_of
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import CALLBACK_BOOKED
from callsvc.dialing.finishing import retry_at, tries_of, wait_for_retry
from callsvc.dialing.tables import OPEN, announcement, callback
from callsvc.dialing.turns import PROMISED

_PLACE = campaign_contact.c
_PROMISES = (CALLBACK_BOOKED, "callback")
_PEACE = timedelta(minutes=30)  # lived: from a call that concerned another of them to their own


def cover_household(tx: Tx, event: LegEnded) -> None:
    """After the try of one person has its end: the others on that number have theirs.

    Better evidence of it, later, only tells them of an outcome: the try was counted for them before.
    """
    if event.role != "contact" or event.direction != "outbound":
        return
    tried = _tried(tx, event.leg_id)
    if tried is None or not tried.disposition or tried.status not in ("done", "waiting"):
        return
    flags = flags_of(tried.disposition)
    config = config_of(campaign_row(tx, tried.campaign_id))
    if flags.unworkable or flags.personal or config.households == "apart":
        return
    for other in _others(tx, tried, event.at, also_elsewhere=not flags.opt_out):
        if flags.final:
            finish_contact(tx, other.id, tried.outcome or tried.disposition)
        elif not isinstance(event, LegRevised):
            _count_for(tx, other, tried, config, event.at)


def share_promise(tx: Tx, event: ContactFinished) -> None:
    """A call back that was promised to one of a household is over: those whose outcome was that promise too.

    They have the outcome it came to. Where that was of one person alone, or on a number that is not theirs,
    each of them waits for a call of their own, if the campaign still makes any.
    """
    if event.outcome in _PROMISES:
        return
    mine = callback.c.campaign_contact_id == event.campaign_contact_id
    numbers = [row.number_id for row in tx.all(sa.select(callback.c.number_id).where(mine).distinct())]
    row = campaign_row(tx, event.campaign_id) if numbers else None
    if row is None or config_of(row).households == "apart":
        return
    flags = flags_of(event.outcome)
    alone = flags.personal or flags.unworkable
    for other in _promised_through(tx, event, numbers):
        if alone and row.state not in ("stopped", "completed"):
            again = {"status": "waiting", "outcome": None, "outcome_at": None, "next_try_at": tx.now + _PEACE}
            tx.update(campaign_contact, _PLACE.id == other.id, **again)
        else:
            finish_contact(tx, other.id, NOT_REACHED if alone else event.outcome)


def _promised_through(tx: Tx, event: ContactFinished, numbers: list[str]) -> Any:
    """Whose outcome is a promise that is not their own: it was made to somebody on the same telephone."""
    own = callback.alias()
    here = sa.select(contact_number.c.contact_id).where(contact_number.c.number_id.in_(numbers))
    wanted = sa.select(campaign_contact).where(
        _PLACE.campaign_id == event.campaign_id,
        _PLACE.contact_id.in_(here),
        _PLACE.id != event.campaign_contact_id,
        _PLACE.status == "done",
        _PLACE.outcome.in_(_PROMISES),
        ~sa.exists().where(own.c.campaign_contact_id == _PLACE.id),
    )
    return tx.all(wanted.order_by(_PLACE.id).with_for_update(key_share=True))


def cover_texted(tx: Tx, place: Row[Any], number_id: str, config: CampaignFile, outcome: str) -> None:
    """After the conversation by SMS with one person: the others on that telephone are not written to again.

    Of an SMS that never arrived, as of an opt-out, only who has no other number: that one may do.
    """
    flags = flags_of(outcome)
    if not number_id or flags.unworkable or flags.personal or config.households == "apart":
        return
    elsewhere = not flags.opt_out and outcome != UNDELIVERED
    about = _Texted(number_id, place.id, place.campaign_id)
    for other in _others(tx, about, tx.now, also_elsewhere=elsewhere):
        finish_contact(tx, other.id, outcome)


class _Texted(NamedTuple):
    """Whose conversation it was, as ``_others`` asks of a call."""

    number_id: str
    id: str
    campaign_id: str


def _tried(tx: Tx, leg_id: str) -> Row[Any] | None:
    return tx.first(
        sa.select(
            leg.c.number_id, leg.c.disposition, _PLACE.id, _PLACE.campaign_id, _PLACE.status, _PLACE.outcome,
            _PLACE.next_try_at,
        )
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, _PLACE.id == call.c.campaign_contact_id)
        .where(leg.c.id == leg_id)
    )  # fmt: skip


def _others(tx: Tx, tried: Row[Any] | _Texted, at: datetime, *, also_elsewhere: bool) -> Any:
    """Who waits on this number. ``also_elsewhere``: even those who have another number that works."""
    works = contact_number.c.unworkable_since.is_(None)
    on_this_number = sa.select(contact_number.c.contact_id).where(
        contact_number.c.number_id == tried.number_id, works
    )
    wanted = sa.select(campaign_contact).where(
        _PLACE.campaign_id == tried.campaign_id,
        _PLACE.contact_id.in_(on_this_number),
        _PLACE.id != tried.id,
        _PLACE.status == "waiting",
        sa.or_(_PLACE.priority < PROMISED, _announced_for(at)),
    )
    if not also_elsewhere:
        elsewhere = (contact_number.c.contact_id == _PLACE.contact_id) & (
            contact_number.c.number_id != tried.number_id
        )
        wanted = wanted.where(~sa.exists().where(elsewhere, works))
    return tx.all(wanted.order_by(_PLACE.id).with_for_update(key_share=True))


def _announced_for(at: datetime) -> sa.ColumnElement[bool]:
    """The call that was announced to them for this moment was this one: it rang at the same telephone."""
    slot = announcement.c
    return sa.exists().where(slot.campaign_contact_id == _PLACE.id, OPEN, slot.slot_from <= at)


def _count_for(tx: Tx, other: Row[Any], tried: Row[Any], config: CampaignFile, ended_at: datetime) -> None:
    """One try more of somebody for whom nobody was there either: their next one, or none is left."""
    flags = flags_of(tried.disposition)
    tries = tries_of(other).with_one(flags)
    tx.update(
        campaign_contact,
        _PLACE.id == other.id,
        tries=tries.total,
        tries_by_kind=tries.by_kind,
        last_disposition=tried.disposition,
        skip_reasons="",
        unannounced=False,
    )
    again = retry_at(tx, other, config, flags=flags, tries=tries, ended_at=ended_at)
    if again is None:
        finish_contact(tx, other.id, NOT_REACHED)
        return
    later = tried.next_try_at if tried.status == "waiting" else again
    wait_for_retry(tx, other, config, max(other.next_try_at, later))

"""Better evidence about a try that is over: what was drawn from the weaker word is drawn again.

The carrier may say no-answer, then completed, of one call. Whatever has not happened yet is corrected: a next
try that is only waiting or planned. What was already done (a call claimed, a place closed) stays done.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegRevised
from callsvc.calls.placing import give_up
from callsvc.calls.queries import lock_leg
from callsvc.calls.tables import call, leg
from callsvc.campaigns.dispositions import NOT_REACHED, flags_of
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.finishing import disposition_of, retry_at, tries_of, wait_for_retry

_REVISED = "revised"  # why a planned try was withdrawn: the one before had gone better than we knew


def revise_attempt(tx: Tx, event: LegRevised) -> None:
    """A terminal status rose to a higher one."""
    if event.role != "contact" or event.direction != "outbound":
        return
    row = lock_leg(tx, event.leg_id)
    disposition = disposition_of(tx, event)
    if disposition == row.disposition:
        return
    tx.update(leg, leg.c.id == row.id, disposition=disposition)
    if not _withdraw_next(tx, row):
        return
    place = _waiting_after(tx, row)
    if place is not None:
        _apply(tx, place, disposition, event.at)


def _withdraw_next(tx: Tx, row: Row[Any]) -> bool:
    """False if the next try is under way or over already: then it is that one which decides."""
    place_id = tx.scalar(sa.select(call.c.campaign_contact_id).where(call.c.id == row.call_id))
    later = tx.all(
        sa.select(leg.c.id)
        .join(call, call.c.id == leg.c.call_id)
        .where(
            call.c.campaign_contact_id == place_id,
            leg.c.role == "contact",
            leg.c.planned_at >= row.planned_at,
            leg.c.id != row.id,
            leg.c.placement.not_in(("refused", "withdrawn", "not-placed")),
        )
    )
    for other in later:
        held = lock_leg(tx, other.id)
        if held.placement != "planned":
            return False
        give_up(tx, held, "withdrawn", _REVISED)
    return True


def _waiting_after(tx: Tx, row: Row[Any]) -> Row[Any] | None:
    """The place, if it waits because of what this try was thought to be."""
    return tx.first(
        sa.select(campaign_contact)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(
            call.c.id == row.call_id,
            campaign_contact.c.status == "waiting",
            campaign_contact.c.last_disposition == row.disposition,
        )
        .with_for_update(of=campaign_contact)
    )


def _apply(tx: Tx, place: Row[Any], disposition: str, ended_at: datetime) -> None:
    """The place was counted for what the try was thought to be; now it counts for what it was."""
    flags = flags_of(disposition)
    config = config_of(campaign_row(tx, place.campaign_id))
    tries = tries_of(place).instead(flags_of(place.last_disposition), flags)
    tx.update(
        campaign_contact,
        campaign_contact.c.id == place.id,
        last_disposition=disposition,
        tries_by_kind=tries.by_kind,
    )
    again = retry_at(tx, place, config, flags=flags, tries=tries, ended_at=ended_at)
    if flags.final:
        finish_contact(tx, place.id, disposition)
    elif again is None:
        finish_contact(tx, place.id, NOT_REACHED)
    else:
        wait_for_retry(tx, place, config, again)

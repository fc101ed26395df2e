"""One call covers a household: what came of it holds for everybody of the campaign who shares the number.

    the end of the try              the others who wait in this campaign on this number
    an outcome (reached, refused)   have the same outcome: nobody rings there again for each name
    another try later               wait until then, and have had this try too
    not this person's number        stay as they are: it was said of one of them

A campaign whose file says ``households: apart`` calls each of them by themselves.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded
from callsvc.calls.tables import call, leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import flags_of
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.dialing.finishing import tries_of, wait_for_retry

_PLACE = campaign_contact.c


def cover_household(tx: Tx, event: LegEnded) -> None:
    """After the try of one person has its end: the others on that number have theirs."""
    if event.role != "contact" or event.direction != "outbound":
        return
    tried = tx.first(
        sa.select(
            leg.c.number_id, leg.c.disposition, _PLACE.id, _PLACE.campaign_id, _PLACE.status, _PLACE.outcome,
            _PLACE.next_try_at,
        )
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, _PLACE.id == call.c.campaign_contact_id)
        .where(leg.c.id == event.leg_id)
    )  # fmt: skip
    if tried is None or not tried.disposition or flags_of(tried.disposition).unworkable:
        return
    config = config_of(campaign_row(tx, tried.campaign_id))
    if tried.status not in ("done", "waiting") or config.households == "apart":
        return
    for other in _others(tx, tried):
        if tried.status == "done":
            finish_contact(tx, other.id, tried.outcome)
        else:
            _wait_too(tx, other, tried, config)


def _others(tx: Tx, tried: Row[Any]) -> Any:
    on_this_number = sa.select(contact_number.c.contact_id).where(
        contact_number.c.number_id == tried.number_id, contact_number.c.unworkable_since.is_(None)
    )
    return tx.all(
        sa.select(campaign_contact)
        .where(
            _PLACE.campaign_id == tried.campaign_id,
            _PLACE.contact_id.in_(on_this_number),
            _PLACE.id != tried.id,
            _PLACE.status == "waiting",
        )
        .order_by(_PLACE.id)
        .with_for_update(key_share=True)
    )


def _wait_too(tx: Tx, other: Row[Any], tried: Row[Any], config: CampaignFile) -> None:
    tries = tries_of(other).with_one(flags_of(tried.disposition))
    tx.update(
        campaign_contact,
        _PLACE.id == other.id,
        tries=tries.total,
        tries_by_kind=tries.by_kind,
        last_disposition=tried.disposition,
        skip_reasons="",
    )
    wait_for_retry(tx, other, config, max(other.next_try_at, tried.next_try_at))

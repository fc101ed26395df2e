"""What people wished and were told about calls: hours they chose, slots we announced."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.calendar import LocalWindow
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.rules import Facts
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.preferences import preferences_of
from callsvc.core.db import Tx
from callsvc.dialing.tables import announcement

_TOLD = ("planned", "told", "kept", "missed", "failed")


@dataclass(frozen=True)
class Slots:
    """Of each person: whether their first call is still to be announced, and for when it was."""

    unannounced: frozenset[str] = frozenset()
    slot_from: dict[str, datetime] | None = None


def wished_of(tx: Tx, number_ids: Sequence[str]) -> dict[str, tuple[LocalWindow, ...]]:
    """The hours that were chosen for these numbers."""
    chosen = preferences_of(tx, number_ids) if number_ids else {}
    return {
        number_id: tuple(LocalWindow(one.days, one.opens, one.closes) for one in preferred.hours)
        for number_id, preferred in chosen.items()
        if preferred.hours
    }


def slots_of(tx: Tx, config: CampaignFile, campaign_id: str, contact_ids: Sequence[str]) -> Slots:
    """Announcements of the people of one campaign; nothing is asked where calls are not announced."""
    if config.announce is None or not contact_ids:
        return Slots()
    place = campaign_contact.c
    rows = tx.all(
        sa.select(place.contact_id, place.tries, announcement.c.status, announcement.c.slot_from)
        .join_from(
            campaign_contact,
            announcement,
            (announcement.c.campaign_contact_id == place.id) & announcement.c.status.in_(_TOLD),
            isouter=True,
        )
        .where(place.campaign_id == campaign_id, place.contact_id.in_(list(contact_ids)))
        .order_by(announcement.c.created_at)
    )
    newest: dict[str, Any] = {row.contact_id: row for row in rows if row.tries == 0}
    return Slots(
        frozenset(who for who, row in newest.items() if row.status in (None, "planned")),
        {who: row.slot_from for who, row in newest.items() if row.status in ("planned", "told")},
    )


def with_wishes(facts: Facts, contact_id: str, *, wished: tuple[LocalWindow, ...], slots: Slots) -> Facts:
    """The facts of one number with what its person wished and was told."""
    return replace(
        facts,
        wished=wished,
        unannounced=contact_id in slots.unannounced,
        slot_from=(slots.slot_from or {}).get(contact_id),
    )

"""Our side: raw rows, read once. No rule of the service is asked anything."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import call, leg, webhook_event
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact, phone_number, suppression
from callsvc.core.db import Tx
from callsvc.messages.tables import message

Rows = Iterable[Any]


@dataclass(frozen=True)
class Books:
    """Legs (with campaign and contact) by SID, suppressions by number, numbers as the ledger writes them."""

    tx: Tx
    legs: dict[str, Any]  # by SID
    leg_ids: frozenset[str]
    answers_told: frozenset[str]  # legs whose answer a callback told, with the carrier's own time
    messages: dict[str, Any]  # by SID
    campaigns: dict[str, Any]
    suppressions: dict[str, list[Any]]  # by number id
    _numbers: dict[bytes, str]

    def number_id(self, e164: str) -> str | None:
        """Our id of a number the carrier names in clear."""
        return self._numbers.get(self.tx.keyring.fingerprint(e164))


def read_books(tx: Tx) -> Books:
    """Everything the checks look at, in a handful of queries."""
    legs = tx.all(_legs())
    messages = tx.all(
        sa.select(message, campaign_contact.c.campaign_id)
        .outerjoin(campaign_contact, campaign_contact.c.id == message.c.campaign_contact_id)
        .where(message.c.sid.is_not(None))
    )
    suppressed: defaultdict[str, list[Any]] = defaultdict(list)
    for row in tx.all(sa.select(suppression).order_by(suppression.c.recorded_at)):
        suppressed[row.number_id].append(row)
    numbers = tx.all(sa.select(phone_number.c.fingerprint, phone_number.c.id))
    return Books(
        tx=tx,
        legs={row.sid: row for row in legs if row.sid},
        leg_ids=frozenset(row.id for row in legs),
        answers_told=_answers_told(tx),
        messages={row.sid: row for row in messages},
        campaigns={row.id: row for row in tx.all(sa.select(campaign))},
        suppressions=dict(suppressed),
        _numbers={row.fingerprint: row.id for row in numbers},
    )


def _answers_told(tx: Tx) -> frozenset[str]:
    told = tx.all(
        sa.select(webhook_event.c.leg_id, webhook_event.c.facts).where(webhook_event.c.key.like("status:%"))
    )
    return frozenset(row.leg_id for row in told if row.facts.get("status") == "in-progress")


def _legs() -> sa.Select[Any]:
    """Every leg, with the direction of its call, its campaign, and where its person lives."""
    return sa.select(
        leg,
        call.c.direction.label("call_direction"),
        campaign_contact.c.campaign_id,
        contact.c.zone,
        contact.c.department,
    ).select_from(
        leg.join(call, call.c.id == leg.c.call_id)
        .outerjoin(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .outerjoin(contact, contact.c.id == campaign_contact.c.contact_id)
    )

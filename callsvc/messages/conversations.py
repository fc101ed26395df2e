"""What was written to and by the numbers of a person, in order: one thread for a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.messages.failing import failure_sentence
from callsvc.messages.tables import message

_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Text:
    """One SMS. ``body`` is what was written; reading it is reading personal data, which the caller records.

    ``state`` is the carrier's word when it has one, else ours (planned, refused, in-doubt...). ``why`` says
    in words what went wrong, in the language of the page; empty when nothing did.
    """

    id: str
    at: datetime
    inbound: bool
    number_id: str
    sender: str
    campaign_contact_id: str | None
    body: str
    state: str
    why: Any
    reasons: str
    sent_at: datetime | None
    delivered_at: datetime | None


_THREAD = (
    sa.select(message)
    .where(message.c.number_id.in_(sa.bindparam("number_ids", expanding=True)))
    .order_by(message.c.planned_at.desc(), message.c.id.desc())
    .limit(sa.bindparam("most"))
)


def thread_of(tx: Tx, number_ids: Sequence[str], *, most: int = _MOST) -> list[Text]:
    """The newest ``most`` messages of these numbers, oldest first."""
    rows = tx.all(_THREAD, number_ids=list(number_ids), most=most)
    return [
        Text(
            id=row.id,
            at=row.planned_at,
            inbound=row.direction == "inbound",
            number_id=row.number_id,
            sender=row.sender,
            campaign_contact_id=row.campaign_contact_id,
            body=tx.keyring.decrypt(row.body, f"message:{row.id}"),
            state=row.status or row.placement,
            why=failure_sentence(row),
            reasons=row.reasons,
            sent_at=row.sent_at,
            delivered_at=row.delivered_at,
        )
        for row in reversed(rows)
    ]

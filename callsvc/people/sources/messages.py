"""SMS to and from the person: when, in what state, why not; what was written only when it is asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import webhook_event
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.vocabulary import MESSAGE_ORDER
from callsvc.core.db import Tx
from callsvc.messages.failing import failure_sentence
from callsvc.messages.tables import message
from callsvc.people.entries import Entry, Step, Subject
from callsvc.people.words import webhook_text
from callsvc.web.texts import gettext

MOST = 200


def messages_of(tx: Tx, person: Subject) -> Iterator[Entry]:
    """Messages of the person's places, and those of their numbers that belong to nobody's place.

    What was written to another member of the household stays theirs.
    """
    mine = message.c.campaign_contact_id.in_(person.place_ids)
    nobodys = message.c.number_id.in_(person.number_ids) & message.c.campaign_contact_id.is_(None)
    rows = tx.all(
        sa.select(message, campaign_contact.c.campaign_id)
        .outerjoin(campaign_contact, campaign_contact.c.id == message.c.campaign_contact_id)
        .where(mine | nobodys)
        .order_by(message.c.planned_at.desc())
        .limit(MOST)
    )
    webhooks = _webhooks(tx, [row.sid for row in rows if row.sid])
    for row in rows:
        inbound = row.direction == "inbound"
        why = str(failure_sentence(row) or "")
        yield Entry(
            at=row.planned_at,
            kind="message",
            subject=row.id,
            title=gettext("The person wrote an SMS") if inbound else gettext("We wrote an SMS"),
            state="" if inbound else row.status or row.placement,
            state_kind="message",
            notes=(why,) if why else (),
            steps=tuple(sorted((*_own_steps(row), *webhooks[row.sid]), key=lambda step: step.at)),
            campaign_id=row.campaign_id or "",
        )


def _own_steps(row: Any) -> Iterator[Step]:
    for at, said in ((row.sent_at, gettext("sent")), (row.delivered_at, gettext("delivered"))):
        if at is not None:
            yield Step(at, said)


def _webhooks(tx: Tx, sids: Sequence[str]) -> dict[str | None, list[Step]]:
    """What the carrier posted about each message: its arrival, or one webhook for each status."""
    told: dict[str | None, list[Step]] = defaultdict(list)
    keys = {f"message:{sid}": sid for sid in sids}
    keys |= {f"message:{sid}:{status}": sid for sid in sids for status in MESSAGE_ORDER}
    columns = (webhook_event.c.key, webhook_event.c.received_at, webhook_event.c.facts)
    for row in tx.all(sa.select(*columns).where(webhook_event.c.key.in_(list(keys)))):
        told[keys[row.key]].append(Step(row.received_at, webhook_text(row.key, row.facts)))
    return told


def text_of(tx: Tx, person: Subject, message_id: str) -> str | None:
    """What one of these messages says; None when it is none of theirs. The caller records the reading."""
    if not any(entry.subject == message_id for entry in messages_of(tx, person)):
        return None
    body = tx.scalar(sa.select(message.c.body).where(message.c.id == message_id))
    return tx.keyring.decrypt(body, f"message:{message_id}") if body else ""

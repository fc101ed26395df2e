"""Where the person came from, and how each campaign ended for them."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact, contact_import, tracing_case
from callsvc.core.db import Tx
from callsvc.people.entries import Entry, Subject
from callsvc.web.texts import gettext


def origins_of(tx: Tx, person: Subject) -> Iterator[Entry]:
    """The list or the call that brought them, their case, and the outcomes of their campaigns."""
    row = tx.first(
        sa.select(
            contact.c.created_at,
            contact.c.import_line,
            contact_import.c.source,
            tracing_case.c.reference,
            tracing_case.c.reported_at,
            tracing_case.c.id.label("case_id"),
        )
        .outerjoin(contact_import, contact_import.c.id == contact.c.import_id)
        .outerjoin(tracing_case, tracing_case.c.id == contact.c.case_id)
        .where(contact.c.id == person.contact_id)
    )
    if row is not None:
        yield Entry(at=row.created_at, kind="origin", subject=person.contact_id, title=_came(row))
    if row is not None and row.case_id:
        said = gettext("Case %(reference)s reported", reference=row.reference)
        yield Entry(at=row.reported_at, kind="origin", subject=row.case_id, title=said)
    yield from _outcomes(tx, person)


def _came(row: Any) -> str:
    if row.source is None:
        return gettext("Known since they called, or through another program")
    return gettext("Came with the list %(source)s, line %(line)s", source=row.source, line=row.import_line)


def _outcomes(tx: Tx, person: Subject) -> Iterator[Entry]:
    rows = tx.all(
        sa.select(campaign_contact, campaign.c.title)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(campaign_contact.c.id.in_(person.place_ids), campaign_contact.c.outcome_at.is_not(None))
    )
    for row in rows:
        yield Entry(
            at=row.outcome_at,
            kind="outcome",
            subject=row.id,
            title=gettext("Result of %(campaign)s", campaign=row.title),
            state=row.outcome or "",
            state_kind="outcome",
            campaign_id=row.campaign_id,
        )

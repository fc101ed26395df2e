"""Incidents: what must never happen and did, or what only a person can decide. The audit lists them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, Tx, metadata

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("at", Instant, nullable=False),
)


def report_incident(tx: Tx, kind: str, subject: str, **details: Any) -> None:
    """Keep what must never happen and did; the audit and the operations page show it."""
    tx.insert(incident, id=tx.new_id("inc"), kind=kind, subject=subject, details=details, at=tx.now)
    tx.changed("operations", subject=kind)


def report_once(tx: Tx, kind: str, subject: str, *, since: datetime | None = None, **details: Any) -> bool:
    """Report unless the same was reported of the same subject (since a lived instant); True if it is new."""
    known = sa.select(incident.c.id).where(incident.c.kind == kind, incident.c.subject == subject)
    if since is not None:
        known = known.where(incident.c.at > since)
    if tx.first(known.limit(1)) is not None:
        return False
    report_incident(tx, kind, subject, **details)
    return True

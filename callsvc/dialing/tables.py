"""Callbacks promised to people."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

callback = sa.Table(
    "callback",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), nullable=False, index=True),
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id"), index=True),
    sa.Column("call_id", sa.ForeignKey("call.id"), nullable=False),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("due_at", Instant, nullable=False, index=True),  # lived, chosen by the person
    sa.Column("status", sa.String(10), nullable=False),  # booked, due, done, canceled
    sa.Column("created_at", Instant, nullable=False),
)

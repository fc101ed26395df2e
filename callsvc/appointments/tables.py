"""Appointments and their reminders; a visit solved by phone cancels both."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

appointment = sa.Table(
    "appointment",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),  # physical, phone, video
    sa.Column("place", sa.String(120), nullable=False, default=""),
    sa.Column("reason", sa.String(60), nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    # booked, confirmed, canceled; moved: to a time that was agreed; move-requested: the person wants another
    # time (wish), nobody has agreed on one yet, and until then the visit stands where it is
    sa.Column("wish", sa.String(40), nullable=False, default=""),  # morning, afternoon
    sa.Column("resolved_by_phone", sa.Boolean, nullable=False, default=False),
    sa.Column("changed_at", Instant, nullable=False),
)

reminder = sa.Table(
    "reminder",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("appointment_id", sa.ForeignKey(appointment.c.id), nullable=False, index=True),
    sa.Column("due_at", Instant, nullable=False, index=True),
    sa.Column("status", sa.String(10), nullable=False),  # due, sent, canceled
)

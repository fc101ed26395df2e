"""Appointments and their reminders; a visit solved by phone cancels both."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

appointment_slot = sa.Table(  # a moment with room for some people; none of them: nobody gives the times away
    "appointment_slot",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),  # physical, phone, video
    sa.Column("place", sa.String(120), nullable=False, default=""),
    sa.Column("reason", sa.String(60), nullable=False),
    sa.Column("starts_at", Instant, nullable=False, index=True),
    sa.Column("capacity", sa.Integer, nullable=False),  # people
    sa.Column("taken", sa.Integer, nullable=False, default=0),  # rises by compare-and-set only: see slots.py
    sa.Column("changed_at", Instant, nullable=False),
    sa.UniqueConstraint("platform_code", "kind", "place", "reason", "starts_at"),
    sa.CheckConstraint("taken >= 0 and capacity >= 0", name="taken"),
)

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
    sa.Column(
        "slot_id", sa.ForeignKey(appointment_slot.c.id), index=True
    ),  # the room it takes, if it takes any
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

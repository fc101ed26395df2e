"""Calls promised to people: callbacks they asked for, slots we announced; what each call cost."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

callback = sa.Table(
    "callback",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), nullable=False, index=True),
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id"), index=True),
    sa.Column("call_id", sa.ForeignKey("call.id")),  # none: it was promised by SMS
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("due_at", Instant, nullable=False, index=True),  # lived, chosen by the person
    sa.Column("status", sa.String(10), nullable=False),  # booked, due, done, canceled
    sa.Column("created_at", Instant, nullable=False),
)

# planned: its SMS is not with the carrier yet. told: it is, and the slot is a promise. kept: the call was
# made in it. moved: the person chose another, which is a row of its own. missed: it passed without a call.
# failed: the SMS was never sent. canceled: nobody is to be called any more.
announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id"), nullable=False, index=True),
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), nullable=False, index=True),
    sa.Column("slot_from", Instant, nullable=False),  # lived
    sa.Column("slot_to", Instant, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),  # how many of its SMS were planned
    sa.Column("offers", sa.JSON, nullable=False),  # instants of the last SMS, in the order of the keys
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("told_at", Instant),
    sa.Column("ended_at", Instant),
    sa.CheckConstraint(
        "status in ('planned', 'told', 'kept', 'moved', 'missed', 'failed', 'canceled')", name="status"
    ),
)
OPEN = announcement.c.status.in_(("planned", "told"))
sa.Index("ix_announcement_open", announcement.c.slot_to, sqlite_where=OPEN, postgresql_where=OPEN)
sa.Index(
    "ux_announcement_open",
    announcement.c.campaign_contact_id,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

rehearsal = sa.Table(  # a campaign tried on the simulator; nobody of the list is named in it
    "rehearsal",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaign.id"), nullable=False, index=True),
    sa.Column("flow_version", sa.String(64), nullable=False),
    sa.Column("people", sa.Integer, nullable=False),  # asked for
    sa.Column("status", sa.String(10), nullable=False),  # waiting, running, completed, failed
    sa.Column("asked_by", sa.String(80), nullable=False),
    # machine time
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("lease_until", Instant, nullable=False),  # waiting: enqueued again after; running: failed after
    sa.Column("ended_at", Instant),
    sa.Column("report", sa.JSON, nullable=False),  # counts and times
    sa.Column("problem", sa.String(200), nullable=False, default=""),  # why it failed
    sa.CheckConstraint("status in ('waiting', 'running', 'completed', 'failed')", name="status"),
)

leg_spend = sa.Table(  # a call of a campaign with a budget: at its longest when claimed, then as billed
    "leg_spend",
    metadata,
    sa.Column("leg_id", sa.ForeignKey("leg.id"), primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("day", sa.Date, nullable=False),  # of Paris
    sa.Column("seconds", sa.Integer, nullable=False),
    sa.Column("micro_euros", sa.BigInteger, nullable=False),
    sa.Column("rate_micro_euros", sa.BigInteger, nullable=False),  # a minute
    sa.Column("held_seconds", sa.Integer, nullable=False),  # at its longest
    sa.Column("settled", sa.Boolean, nullable=False),  # billed, or proven not placed
)

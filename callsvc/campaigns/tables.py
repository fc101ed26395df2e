"""Campaigns, and each person's place in one."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

STATES = ("draft", "running", "paused", "stopped", "completed")

campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("id", sa.String(60), primary_key=True),  # the name in its file: tracing-2020-11
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("purpose", sa.String(60), nullable=False),
    sa.Column("flow_version", sa.ForeignKey("flow_version.version"), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("config", sa.JSON, nullable=False),  # the validated file, see campaigns/definition.py
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.CheckConstraint(f"state in {STATES}", name="state"),
)

campaign_change = sa.Table(  # who changed what, and from what
    "campaign_change",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),  # applied, started, paused, resumed, stopped
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
)

campaign_contact = sa.Table(
    "campaign_contact",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    # waiting: due at next_try_at. trying: an attempt is out. held: the person is on another call with us.
    # done: has its outcome.
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, default=0),
    sa.Column("next_try_at", Instant, nullable=False),  # lived
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("refusals", sa.Integer, nullable=False, default=0),  # by the carrier, one after the other
    sa.Column("last_disposition", sa.String(40)),
    sa.Column("outcome", sa.String(40)),
    sa.Column("outcome_at", Instant),
    sa.Column("skip_reasons", sa.String(200), nullable=False, default=""),  # why not called yet
    sa.Column("deadline_at", Instant, nullable=False),
    sa.UniqueConstraint("campaign_id", "contact_id"),
    sa.CheckConstraint("status in ('waiting', 'trying', 'held', 'done')", name="status"),
)
sa.Index(
    "ix_campaign_contact_due",
    campaign_contact.c.campaign_id,
    campaign_contact.c.status,
    campaign_contact.c.next_try_at,
)

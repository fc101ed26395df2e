"""Raw events, append-only, from which every figure can be recomputed; and their 15-minute roll-ups."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

metric_event = sa.Table(
    "metric_event",
    metadata,
    sa.Column(
        "ordinal", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    sa.Column("name", sa.String(40), nullable=False),  # attempt-placed, attempt-ended, entry-left...
    sa.Column("at", Instant, nullable=False),  # lived
    sa.Column("subject", Id, nullable=False),  # leg, entry, reservation
    sa.Column("region_code", sa.String(3), nullable=False),
    sa.Column("campaign_id", sa.String(60), nullable=False, default=""),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.UniqueConstraint("name", "subject"),
)
sa.Index("ix_metric_event_at", metric_event.c.at)

metric_rollup = sa.Table(
    "metric_rollup",
    metadata,
    sa.Column("interval_start", Instant, primary_key=True),  # a multiple of 15 minutes
    sa.Column("region_code", sa.String(3), primary_key=True),
    sa.Column("campaign_id", sa.String(60), primary_key=True),
    sa.Column("measure", sa.String(40), primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
)

rollup_progress = sa.Table(
    "rollup_progress",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("ordinal", sa.BigInteger, nullable=False),  # events up to here are in the roll-ups
)

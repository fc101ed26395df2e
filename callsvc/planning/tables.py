"""Previews of agreements: what was asked, how far it has come, and the counts that came of it."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

aid_preview = sa.Table(  # a recorded day replayed under the present and under edited agreements
    "aid_preview",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),  # whose agreement it is about
    sa.Column("day", sa.Date, nullable=False),  # of Paris
    sa.Column("draft", sa.JSON, nullable=False),  # what would be changed
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("asked_by", sa.String(80), nullable=False),
    # machine time
    sa.Column("asked_at", Instant, nullable=False, index=True),
    sa.Column("lease_until", Instant, nullable=False),  # waiting: enqueued again after; running: failed after
    sa.Column("ended_at", Instant),
    sa.Column("done", sa.Integer, nullable=False, default=0),  # runs of the twin...
    sa.Column("wanted", sa.Integer, nullable=False, default=0),  # ...of so many
    sa.Column("report", sa.JSON, nullable=False),
    sa.Column("problem", sa.String(200), nullable=False, default=""),  # why it failed: an error's id
    sa.CheckConstraint("status in ('waiting', 'running', 'completed', 'failed')", name="status"),
)

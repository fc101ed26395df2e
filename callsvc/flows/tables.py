"""Published flow versions and running sessions."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

flow_version = sa.Table(
    "flow_version",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),  # hash of the content: immutable
    sa.Column("flow_id", sa.String(60), nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),  # the YAML as published
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("published_by", sa.String(80), nullable=False),
)

flow_session = sa.Table(
    "flow_session",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.ForeignKey(flow_version.c.version), nullable=False),
    sa.Column("channel", sa.String(8), nullable=False),  # voice, sms
    sa.Column("subject_id", Id, nullable=False, index=True),  # the contact's leg (voice) or message thread
    sa.Column("turn", sa.Integer, nullable=False),  # number of the next turn expected
    sa.Column("state", sa.LargeBinary, nullable=False),  # encrypted JSON: holds answers and names
    sa.Column("status", sa.String(16), nullable=False),  # running, ended
    sa.Column("outcome", sa.String(40)),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("deadline_at", Instant, nullable=False),  # lived; a session always ends
    sa.Column("ended_at", Instant),
    sa.CheckConstraint("status in ('running', 'ended')", name="status"),
)
sa.Index(
    "ix_flow_session_due",
    flow_session.c.deadline_at,
    sqlite_where=flow_session.c.status == "running",
    postgresql_where=flow_session.c.status == "running",
)

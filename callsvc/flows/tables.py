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
    sa.Column("counted", sa.Boolean, nullable=False, default=False),  # its path is in flow_step_count
    sa.CheckConstraint("status in ('running', 'ended')", name="status"),
)
sa.Index("ix_flow_session_version", flow_session.c.version, flow_session.c.started_at)
sa.Index(
    "ix_flow_session_due",
    flow_session.c.deadline_at,
    sqlite_where=flow_session.c.status == "running",
    postgresql_where=flow_session.c.status == "running",
)
sa.Index(
    "ix_flow_session_uncounted",
    flow_session.c.id,
    sqlite_where=(flow_session.c.status == "ended") & flow_session.c.counted.is_(sa.false()),
    postgresql_where=(flow_session.c.status == "ended") & flow_session.c.counted.is_(sa.false()),
)

flow_draft = sa.Table(  # what somebody is writing; one for each flow, published or not yet
    "flow_draft",
    metadata,
    sa.Column("flow_id", sa.String(60), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column(
        "revision", sa.Integer, nullable=False
    ),  # one more with each change: two writers notice each other
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
)

flow_trial = (
    sa.Table(  # a call that tries a flow with the data of somebody: only who, never what is known of them
        "flow_trial",
        metadata,
        sa.Column("call_id", Id, primary_key=True),
        sa.Column(
            "place_id", Id, nullable=False
        ),  # in a campaign; it may be gone by the time it is asked for
        sa.Column("at", Instant, nullable=False),
    )
)

flow_publication = sa.Table(  # append-only: what was made the newest version, when, by whom, and why
    "flow_publication",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("flow_id", sa.String(60), nullable=False, index=True),
    sa.Column("version", sa.ForeignKey(flow_version.c.version), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False, default=""),  # the newest until then
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("why", sa.String(500), nullable=False, default=""),
)

flow_step_count = sa.Table(  # how often each exit was taken; of ended sessions, by day of their end
    "flow_step_count",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("campaign_id", sa.String(60), primary_key=True),  # empty for an inbound call
    sa.Column("region_code", sa.String(3), primary_key=True),
    sa.Column("platform_code", sa.String(3), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),  # UTC
    sa.Column("step", sa.String(130), primary_key=True),  # of a sub-flow: flow/step
    sa.Column("exit", sa.String(80), primary_key=True),
    sa.Column("target", sa.String(130), primary_key=True),  # empty where the session ended
    sa.Column("sessions", sa.Integer, nullable=False),
)

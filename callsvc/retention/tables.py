"""How far the erasing of what nobody needs any more has come."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

retention_pass = sa.Table(  # one row: a walk over all people and all numbers, which a restart goes on with
    "retention_pass",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(8), nullable=False),  # people, then numbers
    sa.Column("after", Id, nullable=False, default=""),  # the last id looked at
    sa.Column("ended_at", Instant),  # machine time; none: it goes on
)

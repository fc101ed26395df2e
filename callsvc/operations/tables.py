"""One row for each process of ours, told anew every ten seconds by the process itself."""

import sqlalchemy as sa

from callsvc.core.db import Instant, metadata

process_beat = sa.Table(
    "process_beat",
    metadata,
    sa.Column("id", sa.String(160), primary_key=True),  # name@host:pid
    sa.Column("name", sa.String(60), nullable=False),  # web, stream, worker-dialing, ticker
    sa.Column("host", sa.String(80), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("memory_mib", sa.Integer, nullable=False),  # the most it ever held
    sa.Column("started_at", Instant, nullable=False),  # machine time, like all of this table
    sa.Column("beat_at", Instant, nullable=False),
    sa.Column("stopped_at", Instant),  # it said good-bye; without one, silence means that it died
)

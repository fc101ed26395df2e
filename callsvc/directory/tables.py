"""The targets of transfers, by name."""

import sqlalchemy as sa

from callsvc.core.db import Instant, metadata

directory_target = sa.Table(
    "directory_target",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),  # as flows write it: samu-67
    sa.Column("title", sa.String(120), nullable=False),
    # One of the two: a number that is dialled, or agents of ours with a skill who are waited for.
    sa.Column("number_id", sa.ForeignKey("phone_number.id")),
    sa.Column("skill", sa.String(60), nullable=False, default=""),
    sa.Column("platform_code", sa.ForeignKey("platform.code")),  # whose queue; null: the caller's own
    sa.Column("region_code", sa.ForeignKey("region.code"), index=True),  # whose it is; null: the country's
    sa.Column("days", sa.String(40), nullable=False),  # mon,tue,...
    sa.Column("opens", sa.String(5), nullable=False),  # HH:MM, local
    sa.Column("closes", sa.String(5), nullable=False),  # HH:MM, local; 24:00 is midnight
    sa.Column("zone", sa.String(40), nullable=False),  # IANA
    sa.Column("serves", sa.String(200), nullable=False, default=""),  # regions of the contacts; empty: all
    sa.Column("used_by", sa.String(40), nullable=False),  # flows,agents
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
)

"""Regions (the regional mesh) and departmental platforms."""

import sqlalchemy as sa

from callsvc.core.db import metadata

region = sa.Table(
    "region",
    metadata,
    sa.Column("code", sa.String(3), primary_key=True),  # INSEE code: 44 Grand Est, 04 La Reunion...
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("zone", sa.String(40), nullable=False),  # IANA zone: its reports and pages show this time
)

platform = sa.Table(
    "platform",
    metadata,
    sa.Column("code", sa.String(3), primary_key=True),  # department: 67, 2A, 974...
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("region_code", sa.ForeignKey(region.c.code), nullable=False, index=True),
    sa.Column("pool_code", sa.String(20), nullable=False, default=""),  # platforms that answer as one queue
    sa.Column("opens", sa.String(5), nullable=False, default="08:00"),  # local time, HH:MM
    sa.Column("closes", sa.String(5), nullable=False, default="20:00"),
)

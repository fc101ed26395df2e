"""Regions (the regional mesh) and departmental platforms: where they are, when they answer, with whom."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata
from callsvc.platforms.rules import DEFAULT_POOL_BELOW

region = sa.Table(
    "region",
    metadata,
    sa.Column("code", sa.String(3), primary_key=True),  # INSEE code: 44 Grand Est, 04 La Reunion...
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("zone", sa.String(40), nullable=False),  # IANA zone: its reports and pages show this time
    # Platforms with fewer agents on duty than this answer as one queue of their region; 0 = never.
    sa.Column("pool_below", sa.Integer, nullable=False, default=DEFAULT_POOL_BELOW),
)

platform = sa.Table(
    "platform",
    metadata,
    sa.Column("code", sa.String(3), primary_key=True),  # department: 67, 2A, 974...
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("region_code", sa.ForeignKey(region.c.code), nullable=False, index=True),
    sa.Column("pool_code", sa.String(20), nullable=False, default=""),  # platforms that answer as one queue
    sa.Column("pool_by", sa.String(8), nullable=False, default="declared"),  # declared, or size: see pooling
    sa.Column("opens", sa.String(5), nullable=False, default="08:00"),  # local time, HH:MM; every day, unless
    sa.Column("closes", sa.String(5), nullable=False, default="20:00"),  # ``week`` says more
    sa.Column("week", sa.JSON(none_as_null=True)),  # windows, exceptions, holidays: see platforms/weeks.py
    sa.Column("card", sa.JSON(none_as_null=True)),  # what an agent of elsewhere is shown: script, links
    sa.Column("national", sa.Boolean, nullable=False, default=False),  # takes what others delegate
)

delegation = sa.Table(  # a platform's phone flows given to the national platforms, or taken back
    "delegation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("platform_code", sa.ForeignKey(platform.c.code), nullable=False, index=True),
    sa.Column("share", sa.Integer, nullable=False),  # percent; 0 = on its own phone, and gives no aid outside
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant),
    sa.Column("declared_at", Instant, nullable=False),
    sa.Column("declared_by", sa.String(80), nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.CheckConstraint("share between 0 and 100", name="share"),
)

region_message = sa.Table(  # what callers of a region hear when it is closed, or when too many call
    "region_message",
    metadata,
    sa.Column("region_code", sa.ForeignKey(region.c.code), primary_key=True),
    sa.Column("occasion", sa.String(10), primary_key=True),
    sa.Column("language", sa.String(8), primary_key=True),
    sa.Column("text", sa.String(600), nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.CheckConstraint("occasion in ('closed', 'overflow')", name="occasion"),
)

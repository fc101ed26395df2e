"""What somebody searched for, so that the next page and the way back need no name in an address."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

people_search = sa.Table(
    "people_search",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("account_id", Id, nullable=False),  # nobody else may look at it
    sa.Column("asked", sa.LargeBinary, nullable=False),  # encrypted JSON: name, number...
    sa.Column("expires_at", Instant, nullable=False, index=True),  # machine time
)

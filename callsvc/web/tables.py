"""What the API keeps for its callers for a while: answers to be given again."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

idempotent_request = sa.Table(
    "idempotent_request",
    metadata,
    # Names the account and the caller's key by hash: a key is the caller's own text and could say anything.
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("account_id", Id, nullable=False),
    sa.Column("asked", sa.String(64), nullable=False),  # hash of method, path and body
    sa.Column("code", sa.Integer),  # null while the first request runs
    sa.Column("media_type", sa.String(80)),
    sa.Column("body", sa.LargeBinary),  # encrypted
    # machine time
    sa.Column("lease_until", Instant, nullable=False),  # running: whoever comes after this may take over
    sa.Column("expires_at", Instant, nullable=False, index=True),
)

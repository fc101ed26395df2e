"""What the API keeps for its callers for a while."""

import sqlalchemy as sa
from alembic import op

from callsvc.core.db import Id, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotent_request",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("media_type", sa.String(80)),
        sa.Column("body", sa.LargeBinary),
        sa.Column("lease_until", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotent_request"),
    )
    op.create_index("ix_idempotent_request_expires_at", "idempotent_request", ["expires_at"])
    op.create_table(
        "kept_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_file"),
    )
    op.create_index("ix_kept_file_expires_at", "kept_file", ["expires_at"])

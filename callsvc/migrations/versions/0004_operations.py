"""operations"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_beat",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("memory_mib", sa.Integer(), nullable=False),
        sa.Column("started_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("beat_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("stopped_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_beat")),
    )
    op.create_index("ix_access_log_at", "access_log", ["at", "id"])
    op.create_index("ix_leg_status", "leg", ["status", "planned_at"])
    op.create_index("ix_leg_duration", "leg", ["duration_s"])
    op.create_index("ix_call_region", "call", ["region_code", "started_at"])

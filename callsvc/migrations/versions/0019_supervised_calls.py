"""supervised calls: who listens to which conversation, and whether agents are told"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supervision",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("reservation_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("leg_id", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("begun_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("joined_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("mode in ('listen', 'whisper', 'speak')", name=op.f("ck_supervision_mode")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_supervision_reservation_id")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_supervision_account_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_supervision_agent_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_supervision_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("leg_id", name=op.f("uq_supervision_leg_id")),
    )
    op.create_index(op.f("ix_supervision_reservation_id"), "supervision", ["reservation_id"])
    op.create_index(op.f("ix_supervision_account_id"), "supervision", ["account_id"])
    under_way = sa.text("ended_at IS NULL")
    for name, column in (
        ("ux_supervision_reservation", "reservation_id"),
        ("ux_supervision_agent", "agent_id"),
    ):
        op.create_index(
            name, "supervision", [column], unique=True, sqlite_where=under_way, postgresql_where=under_way
        )
    op.create_table(
        "listening_terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agents_told", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening_terms")),
    )


def downgrade() -> None:
    op.drop_table("listening_terms")
    op.drop_table("supervision")

"""flows: drafts, publications, where people leave"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("flow_session") as table:
        table.add_column(sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("flow_session") as table:
        table.alter_column("counted", server_default=None)
    op.create_index(
        "ix_flow_session_uncounted",
        "flow_session",
        ["id"],
        sqlite_where=sa.text("status = 'ended' AND counted IS 0"),
        postgresql_where=sa.text("status = 'ended' AND counted IS false"),
    )
    op.create_table(
        "flow_draft",
        sa.Column("flow_id", sa.String(length=60), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("pk_flow_draft")),
    )
    op.create_table(
        "flow_publication",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("flow_id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["flow_version.version"], name=op.f("fk_flow_publication_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_publication")),
    )
    op.create_index("ix_flow_publication_flow_id", "flow_publication", ["flow_id"])
    op.create_table(
        "flow_step_count",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.String(length=60), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("platform_code", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=130), nullable=False),
        sa.Column("exit", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=130), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "version",
            "campaign_id",
            "region_code",
            "platform_code",
            "day",
            "step",
            "exit",
            "target",
            name=op.f("pk_flow_step_count"),
        ),
    )

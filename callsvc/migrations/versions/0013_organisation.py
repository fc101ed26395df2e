"""organisation: hours by weekday, closures, teams, pools by size, shifts, practice, delegation"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("region") as table:
        table.add_column(sa.Column("pool_below", sa.Integer(), nullable=False, server_default="20"))
    with op.batch_alter_table("region") as table:
        table.alter_column("pool_below", server_default=None)
    with op.batch_alter_table("platform") as table:
        table.add_column(sa.Column("pool_by", sa.String(length=8), nullable=False, server_default="declared"))
        table.add_column(sa.Column("week", sa.JSON(), nullable=True))
        table.add_column(sa.Column("card", sa.JSON(), nullable=True))
        table.add_column(sa.Column("national", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("platform") as table:
        for name in ("pool_by", "national"):
            table.alter_column(name, server_default=None)
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform_code", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["platform_code"], ["platform.code"], name=op.f("fk_team_platform_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("platform_code", "name", name=op.f("uq_team_platform_code_name")),
    )
    with op.batch_alter_table("agent") as table:
        table.add_column(sa.Column("team_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("channels", sa.String(length=40), nullable=False, server_default="voice"))
        table.add_column(sa.Column("left_at", callsvc.core.db.Instant(timezone=True), nullable=True))
        table.create_foreign_key("fk_agent_team_id", "team", ["team_id"], ["id"])
    with op.batch_alter_table("agent") as table:
        table.alter_column("channels", server_default=None)
    op.create_index("ix_agent_team_id", "agent", ["team_id"])
    op.create_table(
        "agent_practice",
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("last_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_practice_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "skill", name=op.f("pk_agent_practice")),
    )
    op.create_table(
        "shift",
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("starts_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("ends_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_shift_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "starts_at", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_starts_at", "shift", ["starts_at"])

    with op.batch_alter_table("participant") as table:
        table.add_column(sa.Column("held_at", callsvc.core.db.Instant(timezone=True), nullable=True))
        table.add_column(sa.Column("muted_at", callsvc.core.db.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("reservation") as table:
        table.add_column(sa.Column("consult_leg_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("handed_on", sa.String(length=8), nullable=False, server_default=""))
        table.create_foreign_key("fk_reservation_consult_leg_id", "leg", ["consult_leg_id"], ["id"])
    with op.batch_alter_table("reservation") as table:
        table.alter_column("handed_on", server_default=None)
    op.create_index("ix_reservation_consult_leg_id", "reservation", ["consult_leg_id"])
    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform_code", sa.String(length=3), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("starts_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("ends_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("declared_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("declared_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("share between 0 and 100", name=op.f("ck_delegation_share")),
        sa.ForeignKeyConstraint(
            ["platform_code"], ["platform.code"], name=op.f("fk_delegation_platform_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_platform_code", "delegation", ["platform_code"])
    op.create_index("ix_access_log_subject", "access_log", ["subject", "action"])

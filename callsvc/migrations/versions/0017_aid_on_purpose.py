"""aid on purpose: orders, what agreements said before and in which hours, what agents were doing when"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("aid_agreement") as batch:
        batch.add_column(sa.Column("hours", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "aid_agreement_change",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("aided_region", sa.String(length=3), nullable=False),
        sa.Column("aiding_region", sa.String(length=3), nullable=False),
        sa.Column("at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["aided_region"], ["region.code"], name=op.f("fk_aid_agreement_change_aided_region")
        ),
        sa.ForeignKeyConstraint(
            ["aiding_region"], ["region.code"], name=op.f("fk_aid_agreement_change_aiding_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_agreement_change")),
    )
    op.create_index("ix_aid_agreement_change_at", "aid_agreement_change", ["at"])
    op.create_table(
        "aid_order",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("aided_region", sa.String(length=3), nullable=False),
        sa.Column("aiding_region", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.Column("agents", sa.Integer(), nullable=False),
        sa.Column("until_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("made_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("answered_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("predicted", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "state in ('asked', 'open', 'refused', 'withdrawn', 'ended', 'over')",
            name=op.f("ck_aid_order_state"),
        ),
        sa.ForeignKeyConstraint(["aided_region"], ["region.code"], name=op.f("fk_aid_order_aided_region")),
        sa.ForeignKeyConstraint(["aiding_region"], ["region.code"], name=op.f("fk_aid_order_aiding_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_order")),
    )
    op.create_index("ix_aid_order_aided_region", "aid_order", ["aided_region"])
    op.create_index("ix_aid_order_aiding_region", "aid_order", ["aiding_region"])
    op.create_index("ix_aid_order_due", "aid_order", ["state", "until_at"])
    op.create_table(
        "agent_activity",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("activity", sa.String(length=16), nullable=False),
        sa.Column("at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_activity_agent_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_agent_activity_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_activity")),
    )
    op.create_index("ix_agent_activity_agent_id", "agent_activity", ["agent_id"])
    op.create_index("ix_agent_activity_at", "agent_activity", ["at"])
    op.create_table(
        "aid_preview",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("lease_until", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'running', 'completed', 'failed')", name=op.f("ck_aid_preview_status")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_aid_preview_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_preview")),
    )
    op.create_index("ix_aid_preview_asked_at", "aid_preview", ["asked_at"])


def downgrade() -> None:
    op.drop_table("aid_preview")
    op.drop_table("agent_activity")
    op.drop_table("aid_order")
    op.drop_table("aid_agreement_change")
    with op.batch_alter_table("aid_agreement") as batch:
        batch.drop_column("hours")

"""control: approval, schedules, emergency stops, the ledger of the pace, caller numbers."""

import sqlalchemy as sa
from alembic import op

import callsvc.core.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _instant() -> callsvc.core.db.Instant:
    return callsvc.core.db.Instant(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("starts_at", _instant()))
        table.add_column(sa.Column("ends_at", _instant()))
        table.add_column(sa.Column("schedule_note", sa.String(60), nullable=False, server_default=""))
    with op.batch_alter_table("campaign") as table:
        table.alter_column("schedule_note", server_default=None)
    op.add_column("leg", sa.Column("caller", sa.String(20)))
    op.create_table(
        "campaign_approval",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.String(60), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", _instant()),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('asked', 'approved', 'refused', 'withdrawn')", name=op.f("ck_campaign_approval_state")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_approval_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_approval")),
    )
    op.create_index("ix_campaign_approval_campaign_id", "campaign_approval", ["campaign_id"])
    op.create_table(
        "approval_size",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.Column("set_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_size")),
    )
    _create_stops()
    op.create_table(
        "pace_ledger",
        sa.Column("campaign_id", sa.String(60), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("turn", sa.Float(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_pace_ledger")),
    )
    _create_callers()


def _create_stops() -> None:
    op.create_table(
        "stop_order",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("campaign_id", sa.String(60)),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("asked_machine_at", _instant(), nullable=False),
        sa.Column("lease_until", _instant()),
        sa.Column("done_machine_at", _instant()),
        sa.Column("campaigns", sa.Integer(), nullable=False),
        sa.Column("planned_dropped", sa.Integer(), nullable=False),
        sa.Column("sms_canceled", sa.Integer(), nullable=False),
        sa.Column("in_progress_left", sa.Integer(), nullable=False),
        sa.Column("lifted_at", _instant()),
        sa.Column("lifted_by", sa.String(80)),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_stop_order_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_order")),
    )
    op.create_index("ix_stop_order_campaign_id", "stop_order", ["campaign_id"])
    is_open = sa.text("lease_until IS NOT NULL")
    op.create_index(
        "ix_stop_order_open", "stop_order", ["lease_until"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index(
        "ux_stop_order_everything",
        "stop_order",
        ["everything"],
        unique=True,
        sqlite_where=sa.text("everything = 1 AND lifted_at IS NULL"),
        postgresql_where=sa.text("everything AND lifted_at IS NULL"),
    )
    op.create_table(
        "stopped_leg",
        sa.Column("stop_id", sa.String(40), nullable=False),
        sa.Column("leg_id", sa.String(40), nullable=False),
        sa.Column("found", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["stop_id"], ["stop_order.id"], name=op.f("fk_stopped_leg_stop_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_stopped_leg_leg_id")),
        sa.PrimaryKeyConstraint("stop_id", "leg_id", name=op.f("pk_stopped_leg")),
    )


def _create_callers() -> None:
    op.create_table(
        "caller_pool",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("verify", sa.String(40), nullable=False),
        sa.Column("choose", sa.String(8), nullable=False),
        sa.Column("changed_at", _instant(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.CheckConstraint("choose in ('contact', 'day', 'try')", name=op.f("ck_caller_pool_choose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_pool")),
    )
    kinds = (
        "'verified', 'platform', 'overseas-platform', 'geographic', 'mobile', 'national', 'short-code', "
        "'alphanumeric', 'foreign', 'fiction'"
    )
    op.create_table(
        "caller_sender",
        sa.Column("pool_id", sa.String(60), nullable=False),
        sa.Column("value", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("voice", sa.Boolean(), nullable=False),
        sa.Column("sms", sa.Boolean(), nullable=False),
        sa.Column("can_reply", sa.Boolean(), nullable=False),
        sa.Column("countries", sa.String(200), nullable=False),
        sa.Column("regions", sa.String(200), nullable=False),
        sa.CheckConstraint(f"kind in ({kinds})", name=op.f("ck_caller_sender_kind")),
        sa.ForeignKeyConstraint(["pool_id"], ["caller_pool.id"], name=op.f("fk_caller_sender_pool_id")),
        sa.PrimaryKeyConstraint("pool_id", "value", name=op.f("pk_caller_sender")),
    )


def downgrade() -> None:
    for name in (
        "caller_sender",
        "caller_pool",
        "pace_ledger",
        "stopped_leg",
        "stop_order",
        "approval_size",
        "campaign_approval",
    ):
        op.drop_table(name)
    with op.batch_alter_table("leg") as table:
        table.drop_column("caller")
    with op.batch_alter_table("campaign") as table:
        for name in ("schedule_note", "ends_at", "starts_at"):
            table.drop_column(name)

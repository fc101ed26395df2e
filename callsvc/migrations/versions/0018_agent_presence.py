"""agents: presence, supervised activities, softphones, a disposition that may be undone, wrap-up limits"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_INSTANT = callsvc.core.db.Instant(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("agent_activity") as table:
        table.add_column(sa.Column("reason", sa.String(length=20), nullable=False, server_default=""))
        table.add_column(sa.Column("by", sa.String(length=80), nullable=False, server_default=""))
    with op.batch_alter_table("agent_activity") as table:
        for name in ("reason", "by"):
            table.alter_column(name, server_default=None)
    op.create_table(
        "agent_presence",
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("lost_at", _INSTANT, nullable=True),
        sa.Column("activity_before", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_presence_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_presence")),
    )
    op.create_index("ix_agent_presence_seen_at", "agent_presence", ["seen_at"])
    op.create_table(
        "activity_limit",
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("activity", sa.String(length=16), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("longest_min", sa.Integer(), nullable=True),
        sa.Column("beyond", sa.String(length=8), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("beyond in ('refuse', 'ask')", name=op.f("ck_activity_limit_beyond")),
        sa.PrimaryKeyConstraint("region_code", "activity", name=op.f("pk_activity_limit")),
    )
    op.create_table(
        "activity_wish",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("activity", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("deadline_at", _INSTANT, nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'granted', 'refused', 'withdrawn', 'lapsed')",
            name=op.f("ck_activity_wish_state"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_activity_wish_agent_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_activity_wish_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_wish")),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ux_activity_wish_waiting",
        "activity_wish",
        ["agent_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_activity_wish_region_code", "activity_wish", ["region_code", "state", "asked_at"])
    op.create_table(
        "agent_softphone",
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("driver", sa.String(length=16), nullable=False),
        sa.Column("telephone", sa.LargeBinary(), nullable=True),
        sa.Column("verified_at", _INSTANT, nullable=True),
        sa.Column("candidate", sa.LargeBinary(), nullable=True),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", _INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=True),
        sa.Column("asked_today", sa.Integer(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "driver in ('', 'simulated', 'sdk', 'ring-my-phone')", name=op.f("ck_agent_softphone_driver")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_softphone_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_softphone")),
    )
    op.create_table(
        "wrap_up_limit",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind in ('skill', 'campaign')", name=op.f("ck_wrap_up_limit_kind")),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_wrap_up_limit")),
    )
    with op.batch_alter_table("reservation") as table:
        table.add_column(sa.Column("chosen", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("undo_until", _INSTANT, nullable=True))
        table.add_column(sa.Column("extended_at", _INSTANT, nullable=True))
        table.add_column(sa.Column("callback_at", _INSTANT, nullable=True))
    undoable = sa.text("undo_until IS NOT NULL")
    op.create_index(
        "ix_reservation_undo",
        "reservation",
        ["undo_until"],
        sqlite_where=undoable,
        postgresql_where=undoable,
    )


def downgrade() -> None:
    op.drop_index("ix_reservation_undo", table_name="reservation")
    with op.batch_alter_table("reservation") as table:
        for name in ("chosen", "undo_until", "extended_at", "callback_at"):
            table.drop_column(name)
    for name in (
        "wrap_up_limit",
        "agent_softphone",
        "activity_wish",
        "activity_limit",
        "agent_presence",
    ):
        op.drop_table(name)
    with op.batch_alter_table("agent_activity") as table:
        for name in ("reason", "by"):
            table.drop_column(name)

"""flow_answers: targets of transfers, slots of appointments, sessions found by version."""

import sqlalchemy as sa
from alembic import op

import callsvc.core.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _directory()
    _slots()
    op.create_table(
        "flow_trial",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("place_id", sa.String(length=40), nullable=False),
        sa.Column("at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_flow_trial")),
    )
    op.create_index("ix_flow_session_version", "flow_session", ["version", "started_at"])


def _directory() -> None:
    op.create_table(
        "directory_target",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("number_id", sa.String(length=40)),
        sa.Column("skill", sa.String(length=60), nullable=False),
        sa.Column("platform_code", sa.String(length=3)),
        sa.Column("region_code", sa.String(length=3)),
        sa.Column("days", sa.String(length=40), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("serves", sa.String(length=200), nullable=False),
        sa.Column("used_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["number_id"], ["phone_number.id"], name=op.f("fk_directory_target_number_id")
        ),
        sa.ForeignKeyConstraint(
            ["platform_code"], ["platform.code"], name=op.f("fk_directory_target_platform_code")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_directory_target_region_code")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_directory_target")),
    )
    op.create_index("ix_directory_target_region_code", "directory_target", ["region_code"])


def _slots() -> None:
    op.create_table(
        "appointment_slot",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform_code", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("starts_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("changed_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("taken >= 0 and capacity >= 0", name=op.f("ck_appointment_slot_taken")),
        sa.ForeignKeyConstraint(
            ["platform_code"], ["platform.code"], name=op.f("fk_appointment_slot_platform_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_slot")),
        sa.UniqueConstraint(
            "platform_code",
            "kind",
            "place",
            "reason",
            "starts_at",
            name=op.f("uq_appointment_slot_platform_code_kind_place_reason_starts_at"),
        ),
    )
    op.create_index("ix_appointment_slot_starts_at", "appointment_slot", ["starts_at"])
    with op.batch_alter_table("appointment") as table:
        table.add_column(sa.Column("slot_id", sa.String(length=40)))
        table.create_foreign_key(op.f("fk_appointment_slot_id"), "appointment_slot", ["slot_id"], ["id"])
        table.create_index("ix_appointment_slot_id", ["slot_id"])


def downgrade() -> None:
    """A column of people's appointments is never dropped by a command."""

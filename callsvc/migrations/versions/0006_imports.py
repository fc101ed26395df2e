"""imports: resumable, mapped as before, in pieces; cases handed over to the regional authority."""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = callsvc.core.db.Instant(timezone=True)
    with op.batch_alter_table("contact_import") as table:
        table.add_column(sa.Column("lines", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("upload_id", sa.String(length=40)))
        table.add_column(sa.Column("wish", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("by", sa.String(length=80), nullable=False, server_default=""))
        table.add_column(sa.Column("worker", sa.String(length=40), nullable=False, server_default=""))
        table.add_column(sa.Column("lease_until", instant))
        table.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(
            sa.Column("cancel_asked_by", sa.String(length=80), nullable=False, server_default="")
        )
        table.add_column(sa.Column("error", sa.String(length=60), nullable=False, server_default=""))
        table.add_column(sa.Column("error_says", sa.String(length=500), nullable=False, server_default=""))
    with op.batch_alter_table("contact_import") as table:
        for name in ("lines", "wish", "by", "worker", "tries", "cancel_asked_by", "error", "error_says"):
            table.alter_column(name, server_default=None)
        table.create_index("ix_contact_import_upload_id", ["upload_id"])
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("consent_on", sa.Date()))
        table.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("contact") as table:
        table.alter_column("priority", server_default=None)
    op.create_table(
        "import_upload",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_upload"),
    )
    op.create_index("ix_import_upload_expires_at", "import_upload", ["expires_at"])
    op.create_table(
        "import_piece",
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "position", name="pk_import_piece"),
    )
    op.create_index("ix_import_piece_expires_at", "import_piece", ["expires_at"])
    op.drop_table("kept_file")  # rejects lie in pieces now; what it held was for a day
    op.create_table(
        "import_mapping",
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("header_hash", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("used_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("source", "header_hash", name="pk_import_mapping"),
    )
    op.create_table(
        "case_handover",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("platform_code", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("ended_at", instant),
        sa.CheckConstraint(
            "state in ('waiting', 'taken', 'returned', 'closed')", name=op.f("ck_case_handover_state")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["tracing_case.id"], name=op.f("fk_case_handover_case_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_case_handover_region_code")),
        sa.ForeignKeyConstraint(
            ["platform_code"], ["platform.code"], name=op.f("fk_case_handover_platform_code")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_handover"),
    )
    op.create_index("ix_case_handover_case_id", "case_handover", ["case_id"])
    op.create_index("ix_case_handover_queue", "case_handover", ["region_code", "state", "asked_at"])
    op.create_index(
        "ux_case_handover_open",
        "case_handover",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'taken')"),
    )
    op.create_table(
        "case_handover_step",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("handover_id", sa.String(length=40), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["case_handover.id"], name=op.f("fk_case_handover_step_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_handover_step"),
    )
    op.create_index("ix_case_handover_step_handover_id", "case_handover_step", ["handover_id"])


def downgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_file"),
    )
    op.create_index("ix_kept_file_expires_at", "kept_file", ["expires_at"])
    for name in ("case_handover_step", "case_handover", "import_mapping", "import_piece", "import_upload"):
        op.drop_table(name)
    with op.batch_alter_table("contact") as table:
        table.drop_column("priority")
        table.drop_column("consent_on")
    with op.batch_alter_table("contact_import") as table:
        table.drop_index("ix_contact_import_upload_id")
        for name in (
            *("lines", "upload_id", "wish", "by", "worker", "lease_until", "tries", "cancel_asked_by"),
            *("error", "error_says"),
        ):
            table.drop_column(name)

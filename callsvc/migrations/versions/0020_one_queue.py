"""one queue: kinds of work, ownership and promises; conversations by SMS; messages of regions; back offices"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('pending', 'reserved', 'assigned', 'wrapping')")


def upgrade() -> None:
    op.drop_index("ix_queue_entry_waiting", "queue_entry")
    with op.batch_alter_table("queue_entry") as table:
        table.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="call"))
        table.add_column(sa.Column("subject_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("number_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("campaign_contact_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("owner_agent_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("owner_until", callsvc.core.db.Instant(timezone=True), nullable=True))
        table.add_column(sa.Column("promised_at", callsvc.core.db.Instant(timezone=True), nullable=True))
        table.alter_column("call_id", existing_type=sa.String(length=40), nullable=True)
        table.alter_column("leg_id", existing_type=sa.String(length=40), nullable=True)
        for name, target in (
            ("number_id", "phone_number"),
            ("campaign_contact_id", "campaign_contact"),
            ("owner_agent_id", "agent"),
        ):
            table.create_foreign_key(f"fk_queue_entry_{name}", target, [name], ["id"])
        table.create_check_constraint("kind", "kind in ('call', 'sms', 'task', 'callback')")
        table.create_check_constraint(
            "call", "kind <> 'call' or (call_id is not null and leg_id is not null)"
        )
    with op.batch_alter_table("queue_entry") as table:
        table.alter_column("kind", server_default=None)
    op.create_index("ix_queue_entry_waiting", "queue_entry", ["kind", "state", "region_code", "entered_at"])
    op.create_index(
        "ux_queue_entry_subject",
        "queue_entry",
        ["subject_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "sms_conversation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number_id", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("campaign_contact_id", sa.String(length=40), nullable=True),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("platform_code", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("opened_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("heard_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("closed_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("closed_how", sa.String(length=40), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_sms_conversation_{name}"))
            for name, target in (
                ("number_id", "phone_number.id"),
                ("campaign_contact_id", "campaign_contact.id"),
                ("region_code", "region.code"),
                ("platform_code", "platform.code"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_conversation")),
    )
    op.create_index("ix_sms_conversation_number_id", "sms_conversation", ["number_id"])
    open_only = sa.text("closed_at IS NULL")
    op.create_index(
        "ux_sms_conversation_open",
        "sms_conversation",
        ["number_id"],
        unique=True,
        sqlite_where=open_only,
        postgresql_where=open_only,
    )
    op.create_table(
        "region_message",
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("occasion", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("changed_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("occasion in ('closed', 'overflow')", name=op.f("ck_region_message_occasion")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_region_message_region_code")),
        sa.PrimaryKeyConstraint("region_code", "occasion", "language", name=op.f("pk_region_message")),
    )
    op.create_table(
        "back_office",
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("skill", sa.String(length=36), nullable=False),
        sa.Column("opted_in_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("opted_in_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_back_office_team_id")),
        sa.PrimaryKeyConstraint("team_id", "skill", name=op.f("pk_back_office")),
    )

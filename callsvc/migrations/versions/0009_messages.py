"""messages: announced calls, one dialogue for each number, pace of senders, preferences, asked lifts"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = callsvc.core.db.Instant(timezone=True)
    with op.batch_alter_table("callback") as table:
        table.alter_column("call_id", existing_type=sa.String(length=40), nullable=True)
    with op.batch_alter_table("message") as table:
        table.add_column(sa.Column("paced_at", instant))
    op.create_table(
        "sender_pace",
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("next_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("sender", name="pk_sender_pace"),
    )
    op.create_table(
        "live_dialogue",
        sa.Column("number_id", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.String(length=40)),
        sa.Column("announcement_id", sa.String(length=40)),
        sa.Column("since", instant, nullable=False),
        sa.ForeignKeyConstraint(["number_id"], ["phone_number.id"], name="fk_live_dialogue_number_id"),
        sa.PrimaryKeyConstraint("number_id", name="pk_live_dialogue"),
    )
    # Conversations under way when the table is made: the number that was written to last.
    op.execute(
        "INSERT INTO live_dialogue (number_id, sender, session_id, since) "
        "SELECT m.number_id, max(m.sender), max(s.id), min(s.started_at) FROM flow_session s "
        "JOIN message m ON m.campaign_contact_id = s.subject_id AND m.direction = 'outbound' "
        "WHERE s.channel = 'sms' AND s.status = 'running' GROUP BY m.number_id"
    )
    op.create_index("ix_live_dialogue_since", "live_dialogue", ["since"])
    op.create_index("ix_live_dialogue_session_id", "live_dialogue", ["session_id"])
    op.create_index("ix_live_dialogue_announcement_id", "live_dialogue", ["announcement_id"])
    op.create_table(
        "announcement",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_contact_id", sa.String(length=40), nullable=False),
        sa.Column("number_id", sa.String(length=40), nullable=False),
        sa.Column("slot_from", instant, nullable=False),
        sa.Column("slot_to", instant, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("offers", sa.JSON(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("told_at", instant),
        sa.Column("ended_at", instant),
        sa.CheckConstraint(
            "status in ('planned', 'told', 'kept', 'moved', 'missed', 'failed', 'canceled')",
            name="ck_announcement_status",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_contact_id"], ["campaign_contact.id"], name="fk_announcement_campaign_contact_id"
        ),
        sa.ForeignKeyConstraint(["number_id"], ["phone_number.id"], name="fk_announcement_number_id"),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
    )
    op.create_index("ix_announcement_campaign_contact_id", "announcement", ["campaign_contact_id"])
    op.create_index("ix_announcement_number_id", "announcement", ["number_id"])
    op.create_index(
        "ix_announcement_open",
        "announcement",
        ["slot_to"],
        sqlite_where=sa.text("status IN ('planned', 'told')"),
        postgresql_where=sa.text("status IN ('planned', 'told')"),
    )
    op.create_index(
        "ux_announcement_open",
        "announcement",
        ["campaign_contact_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('planned', 'told')"),
        postgresql_where=sa.text("status IN ('planned', 'told')"),
    )
    op.create_table(
        "preference",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("replaced_at", instant),
        sa.CheckConstraint("name in ('hours', 'channel', 'language')", name="ck_preference_name"),
        sa.ForeignKeyConstraint(["number_id"], ["phone_number.id"], name="fk_preference_number_id"),
        sa.PrimaryKeyConstraint("id", name="pk_preference"),
    )
    op.create_index("ix_preference_number_id", "preference", ["number_id"])
    op.create_index(
        "ux_preference_live",
        "preference",
        ["number_id", "name"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "suppression_lift",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("suppression_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decided_at", instant),
        sa.Column("decided_by", sa.String(length=40)),
        sa.CheckConstraint("status in ('asked', 'lifted', 'refused')", name="ck_suppression_lift_status"),
        sa.ForeignKeyConstraint(
            ["suppression_id"], ["suppression.id"], name="fk_suppression_lift_suppression_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suppression_lift"),
    )
    op.create_index(
        "ux_suppression_lift_asked",
        "suppression_lift",
        ["suppression_id"],
        unique=True,
        sqlite_where=sa.text("status = 'asked'"),
        postgresql_where=sa.text("status = 'asked'"),
    )


def downgrade() -> None:
    for name in ("suppression_lift", "preference", "announcement", "live_dialogue", "sender_pace"):
        op.drop_table(name)
    with op.batch_alter_table("message") as table:
        table.drop_column("paced_at")
    op.execute("DELETE FROM callback WHERE call_id IS NULL")
    with op.batch_alter_table("callback") as table:
        table.alter_column("call_id", existing_type=sa.String(length=40), nullable=False)

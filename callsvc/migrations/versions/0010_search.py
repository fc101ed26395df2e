"""search: terms by which people are found, searches under way, rehearsals"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # People stored before this are found by number; `callsvc contacts reindex` makes the rest findable.
    op.create_table(
        "contact_term",
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("made_with", sa.Integer(), nullable=False),
    )
    op.create_index("ix_contact_term_contact_id", "contact_term", ["contact_id"])
    op.create_index("ix_contact_term_term", "contact_term", ["term"])
    op.create_table(
        "people_search",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_search")),
    )
    op.create_index("ix_people_search_expires_at", "people_search", ["expires_at"])
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=60), nullable=False),
        sa.Column("flow_version", sa.String(length=64), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("lease_until", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", callsvc.core.db.Instant(timezone=True), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'running', 'completed', 'failed')", name=op.f("ck_rehearsal_status")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_rehearsal_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    op.create_index("ix_rehearsal_campaign_id", "rehearsal", ["campaign_id"])


def downgrade() -> None:
    op.drop_table("rehearsal")
    op.drop_table("people_search")
    op.drop_table("contact_term")

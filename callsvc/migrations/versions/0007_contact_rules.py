"""contact rules: the order of calls, shares of regions, budgets of a day."""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WAITING = "status = 'waiting'"


def upgrade() -> None:
    instant = callsvc.core.db.Instant(timezone=True)
    with op.batch_alter_table("campaign_contact") as table:
        table.add_column(sa.Column("elicited_on", sa.Date(), nullable=False, server_default="1970-01-01"))
        table.add_column(sa.Column("resting", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("call_by", instant))
        table.add_column(sa.Column("chosen_for", sa.String(length=20), nullable=False, server_default=""))
        table.add_column(sa.Column("tries_by_kind", sa.JSON(), nullable=False, server_default="{}"))
    # Who is in a campaign already keeps the day on which they were reported.
    op.execute(
        "UPDATE campaign_contact SET elicited_on = (SELECT date(contact.elicited_at) FROM contact "
        "WHERE contact.id = campaign_contact.contact_id)"
    )
    with op.batch_alter_table("campaign_contact") as table:
        for name in ("elicited_on", "resting", "chosen_for", "tries_by_kind"):
            table.alter_column(name, server_default=None)
    order = ["campaign_id", "region_code", sa.text("priority DESC"), sa.text("elicited_on DESC")]
    # SQLite uses a partial index only for a query that says the same in the same words.
    in_turn = f"{_WAITING} AND " + (
        "resting = 0" if op.get_bind().dialect.name == "sqlite" else "NOT resting"
    )
    for name, columns, where in (
        ("turn", [*order, "next_try_at", "id"], in_turn),
        ("rest", ["campaign_id", "resting", "next_try_at", sa.text("priority DESC")], _WAITING),
        ("call_by", ["campaign_id", "region_code", "call_by"], f"{in_turn} AND call_by IS NOT NULL"),
    ):
        op.create_index(
            f"ix_campaign_contact_{name}",
            "campaign_contact",
            columns,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "campaign_share",
        sa.Column("campaign_id", sa.String(length=60), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Float(), nullable=False),
        sa.Column("counted_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_share_campaign_id"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_campaign_share_region_code"),
        sa.PrimaryKeyConstraint("campaign_id", "region_code", name="pk_campaign_share"),
    )
    op.create_table(
        "campaign_day",
        sa.Column("campaign_id", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("micro_euros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_day_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "day", name="pk_campaign_day"),
    )
    op.create_table(
        "leg_spend",
        sa.Column("leg_id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("micro_euros", sa.BigInteger(), nullable=False),
        sa.Column("rate_micro_euros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name="fk_leg_spend_leg_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_leg_spend_campaign_id"),
        sa.PrimaryKeyConstraint("leg_id", name="pk_leg_spend"),
    )


def downgrade() -> None:
    op.drop_table("leg_spend")
    op.drop_table("campaign_day")
    op.drop_table("campaign_share")
    for name in ("turn", "rest", "call_by"):
        op.drop_index(f"ix_campaign_contact_{name}", "campaign_contact")
    with op.batch_alter_table("campaign_contact") as table:
        for name in ("elicited_on", "resting", "call_by", "chosen_for", "tries_by_kind"):
            table.drop_column(name)

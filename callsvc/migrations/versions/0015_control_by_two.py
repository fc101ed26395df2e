"""control by two: what a yes covers, starts against stops, budgets to the cent, erasure."""

import sqlalchemy as sa
from alembic import op

import callsvc.core.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _instant() -> callsvc.core.db.Instant:
    return callsvc.core.db.Instant(timezone=True)


def upgrade() -> None:
    _approval()
    _starts_and_ends()
    _budgets()
    _retention()
    _announcements()


def _approval() -> None:
    """A yes of before covers the regions that its campaign has now."""
    with op.batch_alter_table("campaign_approval") as table:
        table.add_column(sa.Column("regions", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("approval_size") as table:
        table.add_column(sa.Column("margin", sa.Integer(), nullable=False, server_default="10"))
    approval = sa.table(
        "campaign_approval", sa.column("campaign_id"), sa.column("state"), sa.column("regions", sa.JSON)
    )
    place = sa.table("campaign_contact", sa.column("campaign_id"), sa.column("region_code"))
    bind = op.get_bind()
    yes = sa.select(approval.c.campaign_id).where(approval.c.state == "approved").distinct()
    for (campaign_id,) in bind.execute(yes).all():
        found = sa.select(place.c.region_code).where(place.c.campaign_id == campaign_id).distinct()
        regions = sorted(code for (code,) in bind.execute(found))
        bind.execute(approval.update().where(approval.c.campaign_id == campaign_id).values(regions=regions))
    with op.batch_alter_table("campaign_approval") as table:
        table.alter_column("regions", server_default=None)
    with op.batch_alter_table("approval_size") as table:
        table.alter_column("margin", server_default=None)
    op.create_table(
        "campaign_intake",
        sa.Column("campaign_id", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_intake_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_campaign_intake")),
    )


def _starts_and_ends() -> None:
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("closed_at", _instant()))
    op.execute(
        "UPDATE campaign SET closed_at = changed_at WHERE state = 'completed' AND EXISTS "
        "(SELECT 1 FROM campaign_change WHERE campaign_change.campaign_id = campaign.id AND what = 'close')"
    )
    op.create_table(
        "start_gate",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_gate")),
    )


def _budgets() -> None:
    """Calls under way at the change are settled by their bill, as everything before."""
    for name, columns in (
        ("campaign_day", {"held_seconds": sa.Integer(), "held_micro_euros": sa.BigInteger()}),
        ("leg_spend", {"held_seconds": sa.Integer()}),
    ):
        with op.batch_alter_table(name) as table:
            for column, kind in columns.items():
                table.add_column(sa.Column(column, kind, nullable=False, server_default="0"))
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.alter_column(column, server_default=None)
    with op.batch_alter_table("leg_spend") as table:
        table.add_column(sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("leg_spend") as table:
        table.alter_column("settled", server_default=None)
    op.create_table(
        "message_spend",
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("micro_euros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_message_spend_campaign_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_spend_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_spend")),
    )


def _retention() -> None:
    op.add_column("contact", sa.Column("erased_at", _instant()))
    op.add_column("phone_number", sa.Column("erased_at", _instant()))
    op.create_table(
        "retention_pass",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("after", sa.String(40), nullable=False),
        sa.Column("ended_at", _instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_pass")),
    )


def _announcements() -> None:
    """Whoever waits for a first call that is to be announced, and was not told of it."""
    # Without a copy of the table: SQLite's would lose the indexes that are in an order or about a part.
    op.add_column(
        "campaign_contact", sa.Column("unannounced", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    bind = op.get_bind()
    campaign = sa.table("campaign", sa.column("id"), sa.column("config", sa.JSON))
    place = sa.table(
        "campaign_contact", sa.column("id"), sa.column("campaign_id"), sa.column("status"),
        sa.column("tries"), sa.column("unannounced", sa.Boolean),
    )  # fmt: skip
    heard = sa.table("announcement", sa.column("campaign_contact_id"), sa.column("status"))
    known = sa.exists().where(
        heard.c.campaign_contact_id == place.c.id, heard.c.status.not_in(("canceled", "moved"))
    )
    for row in bind.execute(sa.select(campaign.c.id, campaign.c.config)).all():
        if (row.config or {}).get("announce"):
            waits = (place.c.campaign_id == row.id) & (place.c.status == "waiting") & (place.c.tries == 0)
            bind.execute(place.update().where(waits, ~known).values(unannounced=True))
    lite = bind.dialect.name == "sqlite"
    awake = "status = 'waiting' AND " + ("resting = 0" if lite else "NOT resting")
    told = f"{awake} AND " + ("unannounced = 0" if lite else "NOT unannounced")
    untold = f"{awake} AND " + ("unannounced = 1" if lite else "unannounced")
    order = ["campaign_id", "region_code", sa.text("priority DESC"), sa.text("elicited_on DESC")]
    for name in ("turn", "call_by"):
        op.drop_index(f"ix_campaign_contact_{name}", "campaign_contact")
    for name, columns, which in (
        ("turn", [*order, "next_try_at", "id"], told),
        ("call_by", ["campaign_id", "region_code", "call_by"], f"{told} AND call_by IS NOT NULL"),
        ("untold", ["campaign_id", sa.text("priority DESC"), "next_try_at", "id"], untold),
    ):
        where = sa.text(which)
        op.create_index(
            f"ix_campaign_contact_{name}",
            "campaign_contact",
            columns,
            sqlite_where=where,
            postgresql_where=where,
        )

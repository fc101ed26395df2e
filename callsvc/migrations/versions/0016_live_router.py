"""live router: what the administrator chose, what was measured, and aid that can be counted by its index"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_AID = sa.text("home_region <> agent_region")
_AID_NOW = sa.text("state IN ('pending', 'accepted') AND home_region <> agent_region")


def upgrade() -> None:
    op.create_table(
        "routing_terms",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", callsvc.core.db.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_routing_terms")),
    )
    op.create_table(
        "routing_measure",
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("at", callsvc.core.db.Instant(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=False)
            for name in (
                "ledger",
                "own_s",
                "own_calls",
                "aid_s",
                "aid_calls",
                "waited_s",
                "gave_up",
            )
        ),
        sa.Column("reserve", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_routing_measure_region_code")
        ),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_routing_measure")),
    )
    with op.batch_alter_table("aid_activation") as table:
        table.add_column(sa.Column("late_taken", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("aid_activation") as table:
        table.alter_column("late_taken", server_default=None)
    with op.batch_alter_table("reservation") as table:
        table.add_column(sa.Column("home_region", sa.String(length=3), nullable=True))
        table.create_foreign_key("fk_reservation_home_region", "region", ["home_region"], ["code"])
    op.execute(
        "UPDATE reservation SET home_region = "
        "(SELECT region_code FROM queue_entry WHERE queue_entry.id = reservation.entry_id)"
    )
    op.create_index(
        "ix_reservation_aid_now",
        "reservation",
        ["home_region", "agent_region"],
        sqlite_where=_AID_NOW,
        postgresql_where=_AID_NOW,
    )
    op.create_index(
        "ix_reservation_aid", "reservation", ["offered_at"], sqlite_where=_AID, postgresql_where=_AID
    )
    op.create_index("ix_reservation_ended_at", "reservation", ["ended_at"])


def downgrade() -> None:
    for index in ("ix_reservation_ended_at", "ix_reservation_aid", "ix_reservation_aid_now"):
        op.drop_index(index, "reservation")
    with op.batch_alter_table("reservation") as table:
        table.drop_column("home_region")
    with op.batch_alter_table("aid_activation") as table:
        table.drop_column("late_taken")
    op.drop_table("routing_measure")
    op.drop_table("routing_terms")

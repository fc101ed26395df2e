"""routing: a reserve computed from a floor, and what it is computed from"""

from alembic import op
import sqlalchemy as sa

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Reserves that were declared stay as they are: a declared reserve overrides the computed one.
    with op.batch_alter_table("aid_region") as table:
        table.alter_column("reserve", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("floor", sa.Float(), nullable=True))
    op.create_index("ix_queue_entry_left", "queue_entry", ["region_code", "left_at"])
    op.create_index("ix_queue_entry_entered", "queue_entry", ["region_code", "entered_at"])


def downgrade() -> None:
    op.drop_index("ix_queue_entry_entered", table_name="queue_entry")
    op.drop_index("ix_queue_entry_left", table_name="queue_entry")
    op.execute("UPDATE aid_region SET reserve = 1 WHERE reserve IS NULL")
    with op.batch_alter_table("aid_region") as table:
        table.drop_column("floor")
        table.alter_column("reserve", existing_type=sa.Integer(), nullable=False)

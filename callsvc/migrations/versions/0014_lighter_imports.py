"""lighter imports"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass

"""aid on purpose"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass

"""one queue"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass

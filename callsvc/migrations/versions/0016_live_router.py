"""live router"""

from alembic import op
import sqlalchemy as sa
import callsvc.core.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass

"""rights: platforms of an account, sessions with a name, keys that end, one-time links, sign-ins elsewhere"""

import sqlalchemy as sa
from alembic import op

from callsvc.core.db import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("password_off", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("oidc_issuer", sa.String(200), nullable=True))
        batch.add_column(sa.Column("oidc_subject", sa.String(255), nullable=True))
        batch.create_unique_constraint(
            op.f("uq_account_oidc_issuer_oidc_subject"), ["oidc_issuer", "oidc_subject"]
        )
    with op.batch_alter_table("account") as batch:
        batch.alter_column("must_change", server_default=None)
        batch.alter_column("password_off", server_default=None)
    op.create_table(
        "account_platform",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("platform_code", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_platform_account_id"),
        sa.ForeignKeyConstraint(
            ["platform_code"], ["platform.code"], name="fk_account_platform_platform_code"
        ),
        sa.PrimaryKeyConstraint("account_id", "platform_code", name="pk_account_platform"),
    )
    # Sessions live half a day at most: whoever is signed in during the upgrade signs in again.
    op.execute("DELETE FROM web_session")
    with op.batch_alter_table("web_session") as batch:
        batch.add_column(sa.Column("id", sa.String(40), nullable=False))
        batch.add_column(sa.Column("browser", sa.String(20), nullable=False))
        batch.add_column(sa.Column("via", sa.String(10), nullable=False))
        batch.create_unique_constraint(op.f("uq_web_session_id"), ["id"])
    op.create_table(
        "password_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_password_link_account_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_link"),
    )
    op.create_index("ix_password_link_account_id", "password_link", ["account_id"])
    with op.batch_alter_table("api_key") as batch:
        batch.add_column(sa.Column("name", sa.String(60), nullable=False, server_default=""))
        batch.add_column(sa.Column("expires_at", Instant(timezone=True), nullable=True))
        batch.add_column(sa.Column("last_used_on", sa.Date(), nullable=True))
    with op.batch_alter_table("api_key") as batch:
        batch.alter_column("name", server_default=None)

"""People who sign in, what they may see, and the keys of machines."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

ROLES = ("administrator", "supervisor", "agent", "operator", "auditor")

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("email", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("language", sa.String(8), nullable=False, default="fr"),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", Instant),  # machine time
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
    sa.Column("must_change", sa.Boolean, nullable=False, default=False),  # its password, before anything else
    sa.Column("password_off", sa.Boolean, nullable=False, default=False),  # only the organisation's sign-in
    sa.Column("oidc_issuer", sa.String(200)),  # both or neither: who vouches for this person, by what name
    sa.Column("oidc_subject", sa.String(255)),
    sa.CheckConstraint(f"role in {ROLES}", name="role"),
    sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
)

account_region = sa.Table(  # no row = no region; administrators of the whole country have '*'
    "account_region",
    metadata,
    sa.Column("account_id", sa.ForeignKey(account.c.id), primary_key=True),
    sa.Column("region_code", sa.String(3), primary_key=True),
)

account_platform = sa.Table(  # no row = all platforms of its regions; any row = these and no other
    "account_platform",
    metadata,
    sa.Column("account_id", sa.ForeignKey(account.c.id), primary_key=True),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), primary_key=True),
)

web_session = sa.Table(
    "web_session",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.ForeignKey(account.c.id), nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),  # machine time, like all of this table
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("id", Id, nullable=False, unique=True),  # names it on pages; opens nothing
    sa.Column("browser", sa.String(20), nullable=False, default=""),  # its family, never the whole text
    sa.Column("via", sa.String(10), nullable=False, default="password"),  # or oidc
)

password_link = sa.Table(  # a way to choose a password once, made by an administrator; machine time
    "password_link",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.ForeignKey(account.c.id), nullable=False, index=True),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("secret_hash", sa.LargeBinary, nullable=False),
    sa.Column("account_id", sa.ForeignKey(account.c.id), nullable=False, index=True),
    sa.Column("scopes", sa.String(200), nullable=False),  # space-separated: desk report campaigns
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("name", sa.String(60), nullable=False, default=""),  # what its owner calls it
    sa.Column("expires_at", Instant),  # machine time; none = until revoked
    sa.Column("last_used_on", sa.Date),  # the day is enough to find the keys nobody needs
)

access_log = sa.Table(  # append-only: who read or changed what; sealed in batches by access_seal
    "access_log",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),  # machine time
    sa.Column("account_id", Id, nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),  # an id, never a name or number
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("seal_id", Id, index=True),
)

sa.Index("ix_access_log_at", access_log.c.at, access_log.c.id)
# Who read this very thing? Asked by auditors, and by pages that note a read once.
sa.Index("ix_access_log_subject", access_log.c.subject, access_log.c.action)

access_seal = sa.Table(
    "access_seal",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("ordinal", sa.Integer, nullable=False, unique=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),  # sha256(previous hash || canonical rows)
)

"""Numbers, people and the promises made to them.

A phone number lives in ``phone_number`` and nowhere else; every other table holds its ``number_id``.
"""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

phone_number = sa.Table(
    "phone_number",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False, unique=True),  # keyed hash of the E.164 form
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("key_version", sa.Integer, nullable=False),
    sa.Column("synthetic", sa.Boolean, nullable=False),  # fictional or generated: only on a loopback carrier
    sa.Column("country", sa.String(2), nullable=False),  # ISO 3166 territory: FR, RE, YT...
    sa.Column("kind", sa.String(16), nullable=False),  # mobile, fixed, voip, other
    sa.Column("zone", sa.String(40), nullable=False),  # IANA zone of the number, when nothing better is known
)

suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number_id", sa.ForeignKey(phone_number.c.id), nullable=False, index=True),
    sa.Column("scope", sa.String(16), nullable=False),  # sms, purpose, all
    sa.Column("purpose", sa.String(60), nullable=False, default=""),  # for scope purpose
    sa.Column("source", sa.String(40), nullable=False),  # key, sms, import, agent, api
    sa.Column("evidence", sa.String(80), nullable=False, default=""),  # an id: leg, message, import row
    sa.Column("recorded_at", Instant, nullable=False),  # lived
    sa.Column("recorded_machine_at", Instant, nullable=False),
    sa.Column("lifted_at", Instant),  # an explicit, audited lift; nothing else ends a suppression
    sa.Column("lifted_by", Id),
    sa.CheckConstraint("scope in ('sms', 'purpose', 'all')", name="scope"),
)
sa.Index(
    "ux_suppression_live",
    suppression.c.number_id,
    suppression.c.scope,
    suppression.c.purpose,
    unique=True,
    sqlite_where=suppression.c.lifted_at.is_(None),
    postgresql_where=suppression.c.lifted_at.is_(None),
)

tracing_case = sa.Table(
    "tracing_case",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.String(80), nullable=False, unique=True),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False, index=True),
    sa.Column("reported_at", Instant, nullable=False),
    sa.Column("level", sa.Integer, nullable=False, default=2),  # 3 = handed over to the regional authority
)

contact_import = sa.Table(
    "contact_import",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("source", sa.String(120), nullable=False),
    sa.Column("file_hash", sa.String(64), nullable=False, index=True),
    sa.Column("status", sa.String(16), nullable=False),  # running, completed, failed
    sa.Column("lines_done", sa.Integer, nullable=False, default=0),
    sa.Column("report", sa.JSON, nullable=False),  # counts by reason; never a cell
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("deadline_machine_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column(
        "fingerprint", sa.LargeBinary, nullable=False, unique=True
    ),  # keyed hash of number + folded name
    sa.Column("case_id", sa.ForeignKey(tracing_case.c.id), index=True),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False, index=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False, index=True),
    sa.Column(
        "person", sa.LargeBinary, nullable=False
    ),  # encrypted JSON: first_name, last_name, birth_year...
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("zone", sa.String(40), nullable=False),  # IANA zone in which this person lives
    sa.Column("department", sa.String(3), nullable=False, default=""),
    sa.Column("fragility", sa.Integer, nullable=False, default=0),  # higher is called first
    sa.Column("elicited_at", Instant, nullable=False),
    sa.Column("consent_basis", sa.String(40), nullable=False),
    sa.Column("import_id", sa.ForeignKey(contact_import.c.id)),
    sa.Column("import_line", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
)

contact_number = sa.Table(
    "contact_number",
    metadata,
    sa.Column("contact_id", sa.ForeignKey(contact.c.id), primary_key=True),
    sa.Column("number_id", sa.ForeignKey(phone_number.c.id), primary_key=True, index=True),
    sa.Column("rank", sa.Integer, nullable=False),  # 1 is tried first
    sa.Column("unworkable_since", Instant),  # the carrier or whoever answered said: not a number of theirs
)

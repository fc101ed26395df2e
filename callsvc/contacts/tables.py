"""Numbers, people and the promises made to them.

A phone number lives in ``phone_number`` and nowhere else; every other table holds its ``number_id``.
"""

import sqlalchemy as sa

from callsvc.contacts.cases.references import plain_reference
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
    sa.Column("tail", sa.Integer, index=True),  # its last digits, blind (searching/terms.py); null: not yet
    sa.Column("erased_at", Instant),  # made anonymous by callsvc/retention
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
    sa.Column(  # by which it is searched for
        "plain_reference",
        sa.String(80),
        nullable=False,
        index=True,
        default=lambda context: plain_reference(context.get_current_parameters()["reference"]),
    ),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False, index=True),
    sa.Column("reported_at", Instant, nullable=False),
    sa.Column("level", sa.Integer, nullable=False, default=2),  # 3 = handed over to the regional authority
)

case_handover = sa.Table(  # a case given to the regional authority; states in cases/rules.py
    "case_handover",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", sa.ForeignKey(tracing_case.c.id), nullable=False, index=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("note", sa.LargeBinary),  # encrypted: what whoever handed it over wrote
    sa.Column("outcome", sa.String(40), nullable=False, default=""),
    sa.Column("asked_at", Instant, nullable=False),  # lived
    sa.Column("asked_by", sa.String(80), nullable=False),
    sa.Column("taken_by", sa.String(80), nullable=False, default=""),
    sa.Column("changed_at", Instant, nullable=False),  # lived
    sa.Column("due_at", Instant, nullable=False),  # lived: afterwards it is late, and said so once
    sa.Column("late", sa.Boolean, nullable=False, default=False),
    sa.Column("ended_at", Instant),
    sa.CheckConstraint("state in ('waiting', 'taken', 'returned', 'closed')", name="state"),
)
_IS_OPEN = case_handover.c.state.in_(("waiting", "taken"))
sa.Index(
    "ux_case_handover_open",
    case_handover.c.case_id,
    unique=True,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)
sa.Index(
    "ix_case_handover_queue", case_handover.c.region_code, case_handover.c.state, case_handover.c.asked_at
)

case_handover_step = sa.Table(  # each transition, once
    "case_handover_step",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("handover_id", sa.ForeignKey(case_handover.c.id), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),  # lived
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("why", sa.String(40), nullable=False, default=""),  # the reason, or the outcome
)

import_upload = sa.Table(  # a list received and not deleted yet
    "import_upload",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),  # bytes
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("received_at", Instant, nullable=False),  # lived
    sa.Column("expires_at", Instant, nullable=False, index=True),  # machine time
)

import_piece = sa.Table(  # of an upload, or of the rejects of an import
    "import_piece",
    metadata,
    sa.Column("owner_id", Id, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),  # from 0
    sa.Column("content", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("expires_at", Instant, nullable=False, index=True),  # machine time
)

import_mapping = sa.Table(  # which column held what, the last time this source sent this header
    "import_mapping",
    metadata,
    sa.Column("source", sa.String(120), primary_key=True),
    sa.Column("header_hash", sa.String(64), primary_key=True),
    sa.Column("mapping", sa.JSON, nullable=False),  # column name, made plain -> field
    sa.Column("used_at", Instant, nullable=False),  # lived
)

contact_import = sa.Table(
    "contact_import",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("source", sa.String(120), nullable=False),
    sa.Column("file_hash", sa.String(64), nullable=False, index=True),
    sa.Column("status", sa.String(16), nullable=False),  # running, completed, failed, canceled
    sa.Column("lines_done", sa.Integer, nullable=False, default=0),
    sa.Column("lines", sa.Integer, nullable=False, default=0),  # of the file; 0 when nobody counted
    sa.Column("upload_id", Id, index=True),  # null: read from a file by a command, which cannot be resumed
    sa.Column("wish", sa.JSON, nullable=False, default=dict),  # see importing_wish.py; no cell
    sa.Column("by", sa.String(80), nullable=False, default=""),
    sa.Column("worker", Id, nullable=False, default=""),  # who works on it: whoever is not, stops
    sa.Column("lease_until", Instant),  # machine time; running without a lease: asked for again
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("cancel_asked_by", sa.String(80), nullable=False, default=""),
    sa.Column("error", sa.String(60), nullable=False, default=""),  # why it failed: an id
    sa.Column("error_says", sa.String(500), nullable=False, default=""),
    sa.Column("report", sa.JSON, nullable=False),  # counts by reason; never a cell
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("deadline_machine_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", Id, primary_key=True),
    # Of people whom no list brought (who called us, who tries a flow): a keyed hash of what makes them one.
    # In a list the same person is whoever shares a number, and that number's row is locked meanwhile.
    sa.Column("fingerprint", sa.LargeBinary),
    # None of the next three has a foreign key: they were read or inserted by the transaction that inserts the
    # person, nothing deletes a case, a platform or a region, and checking cost a third of storing somebody.
    sa.Column("case_id", Id, index=True),
    sa.Column("platform_code", sa.String(3), nullable=False),
    sa.Column("region_code", sa.String(3), nullable=False),
    sa.Column(
        "person", sa.LargeBinary, nullable=False
    ),  # encrypted JSON: first_name, last_name, birth_year...
    sa.Column("last_term", sa.Integer, index=True),  # the name, blind (searching/terms.py); null: not yet
    sa.Column("first_term", sa.Integer, index=True),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("zone", sa.String(40), nullable=False),  # IANA zone in which this person lives
    sa.Column("department", sa.String(3), nullable=False, default=""),
    sa.Column("fragility", sa.Integer, nullable=False, default=0),  # higher is called first
    sa.Column("elicited_at", Instant, nullable=False),
    sa.Column("consent_basis", sa.String(40), nullable=False),
    sa.Column("consent_on", sa.Date),  # the day it was given, where somebody said
    sa.Column("priority", sa.Integer, nullable=False, default=0),  # asked for beside fragility: -9 to 9
    sa.Column("import_id", Id),  # no foreign key: an import writes its own id, and no import is deleted
    sa.Column("import_line", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("erased_at", Instant),  # made anonymous by callsvc/retention
)

sa.Index(
    "ux_contact_fingerprint",
    contact.c.fingerprint,
    unique=True,
    sqlite_where=contact.c.fingerprint.is_not(None),
    postgresql_where=contact.c.fingerprint.is_not(None),
)

contact_number = sa.Table(
    "contact_number",
    metadata,
    # No foreign keys, as above: both ends are read or inserted in the same transaction, numbers are never
    # deleted, and whoever deletes people deletes these first.
    sa.Column("contact_id", Id, primary_key=True),
    sa.Column("number_id", Id, primary_key=True, index=True),
    sa.Column("rank", sa.Integer, nullable=False),  # 1 is tried first
    sa.Column("unworkable_since", Instant),  # the carrier or whoever answered said: not a number of theirs
)

suppression_lift = sa.Table(  # asked for by one person (or by the person themselves), decided by another
    "suppression_lift",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("suppression_id", sa.ForeignKey(suppression.c.id), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("asked_by", sa.String(80), nullable=False),  # an account, or message:<id>
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("decided_at", Instant),
    sa.Column("decided_by", Id),
    sa.CheckConstraint("status in ('asked', 'lifted', 'refused')", name="status"),
)
sa.Index(
    "ux_suppression_lift_asked",
    suppression_lift.c.suppression_id,
    unique=True,
    sqlite_where=suppression_lift.c.status == "asked",
    postgresql_where=suppression_lift.c.status == "asked",
)

preference = sa.Table(  # what somebody chose for a number; the newest of a name holds
    "preference",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number_id", sa.ForeignKey(phone_number.c.id), nullable=False, index=True),
    sa.Column("name", sa.String(16), nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),  # encrypted: a word, or windows
    sa.Column("source", sa.String(40), nullable=False),  # key, sms, agent, api
    sa.Column("evidence", sa.String(80), nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("replaced_at", Instant),
    sa.CheckConstraint("name in ('hours', 'channel', 'language')", name="name"),
)
sa.Index(
    "ux_preference_live",
    preference.c.number_id,
    preference.c.name,
    unique=True,
    sqlite_where=preference.c.replaced_at.is_(None),
    postgresql_where=preference.c.replaced_at.is_(None),
)

contact_term = sa.Table(  # by what else a person is found: see contacts/searching/terms.py
    "contact_term",
    metadata,
    # No foreign key: nothing is read here without joining `contact`. Whoever deletes people deletes these.
    sa.Column("contact_id", Id, nullable=False, index=True),
    sa.Column("term", sa.Integer, nullable=False, index=True),
)

"""The line each agent chose, and the telephone that is theirs."""

import sqlalchemy as sa

from callsvc.core.db import Instant, metadata
from callsvc.softphone.rules import CHOICES

agent_softphone = sa.Table(  # nobody's row: the first line the administrator allows
    "agent_softphone",
    metadata,
    sa.Column("agent_id", sa.ForeignKey("agent.id"), primary_key=True),
    sa.Column("driver", sa.String(16), nullable=False),
    sa.Column("telephone", sa.LargeBinary),  # E.164, encrypted; theirs, for they told us its code
    sa.Column("verified_at", Instant),  # lived
    # A number that is to be theirs, and the code that is spoken to whoever picks up there; both encrypted.
    sa.Column("candidate", sa.LargeBinary),
    sa.Column("code", sa.LargeBinary),
    sa.Column("code_until", Instant),  # machine
    sa.Column("tries", sa.Integer, nullable=False, default=0),  # codes typed wrong, of this one
    sa.Column("asked_at", Instant),  # machine: when a code was last spoken...
    sa.Column("asked_today", sa.Integer, nullable=False, default=0),  # ...and how often that day
    sa.Column("changed_at", Instant, nullable=False),
    sa.CheckConstraint(f"driver in {CHOICES}", name="driver"),
)

"""Agents: who they are, what they can do, what they are doing.

``activity`` is what the agent declared; ``state`` is what the service derived. One row per agent, changed by
compare-and-set with a fence, is what makes a double reservation impossible.
"""

import sqlalchemy as sa

from callsvc.agents.rules import ACTIVITIES, BEYOND, STATES, WISH_STATES
from callsvc.core.db import Id, Instant, metadata

team = sa.Table(
    "team",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.UniqueConstraint("platform_code", "name"),
)

agent = sa.Table(
    "agent",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), unique=True),
    sa.Column("client_name", sa.String(60), nullable=False, unique=True),  # the softphone: client:<name>
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False, index=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False, index=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("languages", sa.String(60), nullable=False),  # space-separated, first preferred
    sa.Column("activity", sa.String(16), nullable=False, default="offline"),
    sa.Column("activity_since", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, default="idle"),
    sa.Column("state_since", Instant, nullable=False),  # lived; longest idle is offered first
    sa.Column("fence", sa.Integer, nullable=False, default=0),  # +1 at each change: the desk waits on it
    sa.Column("reservation_id", Id),
    sa.Column("missed_offers", sa.Integer, nullable=False, default=0),
    sa.Column("last_aid_at", Instant),
    sa.Column("team_id", sa.ForeignKey(team.c.id), index=True),
    sa.Column("channels", sa.String(40), nullable=False, default="voice"),  # space-separated: voice, sms
    sa.Column("left_at", Instant),  # does not work here any more: never on duty again
    sa.CheckConstraint(f"activity in {ACTIVITIES}", name="activity"),
    sa.CheckConstraint(f"state in {STATES}", name="state"),
)
sa.Index("ix_agent_free", agent.c.region_code, agent.c.activity, agent.c.state)

agent_activity = sa.Table(  # what each declared when: who was on duty at which minute can be told later
    "agent_activity",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("agent_id", sa.ForeignKey(agent.c.id), nullable=False, index=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),  # where they worked then
    sa.Column("activity", sa.String(16), nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),  # lived
    sa.Column("reason", sa.String(20), nullable=False, default=""),  # see rules.REASONS; '' = they said so
    sa.Column("by", sa.String(80), nullable=False, default=""),  # the account that declared it for them
)

agent_presence = sa.Table(  # apart from ``agent``: a heartbeat must not hold the row that a choice looks for
    "agent_presence",
    metadata,
    sa.Column("agent_id", sa.ForeignKey(agent.c.id), primary_key=True),
    sa.Column("seen_at", Instant, nullable=False, index=True),  # machine: the desk's last word
    sa.Column("lost_at", Instant),  # machine: silent too long, set away since
    sa.Column("activity_before", sa.String(16), nullable=False, default=""),  # given back to who comes back
)

activity_limit = sa.Table(  # how many at once, and for how long; '*': each region without terms of its own
    "activity_limit",
    metadata,
    sa.Column("region_code", sa.String(3), primary_key=True),
    sa.Column("activity", sa.String(16), primary_key=True),
    sa.Column("most", sa.Integer),  # agents of the region at once; null: any number
    sa.Column("longest_min", sa.Integer),  # lived minutes; null: as long as they like
    sa.Column("beyond", sa.String(8), nullable=False),  # refuse, or ask: a supervisor may grant it
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
    sa.CheckConstraint(f"beyond in {BEYOND}", name="beyond"),
)

activity_wish = sa.Table(  # beyond the limit: in line for a place, or for a supervisor's word
    "activity_wish",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("agent_id", sa.ForeignKey(agent.c.id), nullable=False),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("activity", sa.String(16), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),  # lived, as are the others
    sa.Column("deadline_at", Instant, nullable=False),
    sa.Column("decided_at", Instant),
    sa.Column("decided_by", sa.String(80), nullable=False, default=""),  # an account; '': a place fell free
    sa.CheckConstraint(f"state in {WISH_STATES}", name="state"),
)
_waiting = activity_wish.c.state == "waiting"
sa.Index(
    "ux_activity_wish_waiting",
    activity_wish.c.agent_id,
    unique=True,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
sa.Index(
    "ix_activity_wish_region_code",
    activity_wish.c.region_code,
    activity_wish.c.state,
    activity_wish.c.asked_at,
)

agent_skill = sa.Table(
    "agent_skill",
    metadata,
    sa.Column("agent_id", sa.ForeignKey(agent.c.id), primary_key=True),
    sa.Column("skill", sa.String(40), primary_key=True),
    sa.Column("level", sa.Integer, nullable=False, default=1),
)

agent_practice = sa.Table(  # when each agent last did each theme: rotation keeps everyone in practice
    "agent_practice",
    metadata,
    sa.Column("agent_id", sa.ForeignKey(agent.c.id), primary_key=True),
    sa.Column("skill", sa.String(40), primary_key=True),
    sa.Column("last_at", Instant, nullable=False),  # lived
    sa.Column("calls", sa.Integer, nullable=False),
)

back_office = sa.Table(  # teams that opted in to take a theme at its second level
    "back_office",
    metadata,
    sa.Column("team_id", sa.ForeignKey(team.c.id), primary_key=True),
    sa.Column("skill", sa.String(36), primary_key=True),
    sa.Column("opted_in_at", Instant, nullable=False),
    sa.Column("opted_in_by", sa.String(80), nullable=False),
)

shift = sa.Table(
    "shift",
    metadata,
    sa.Column("agent_id", sa.ForeignKey(agent.c.id), primary_key=True),
    sa.Column("starts_at", Instant, primary_key=True),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("skill", sa.String(40), nullable=False),  # the theme of this shift
)
sa.Index("ix_shift_starts_at", shift.c.starts_at)

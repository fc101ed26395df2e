"""Queue entries, reservations, mutual-aid agreements, and the record of every overflow decision."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata
from callsvc.routing.rules import ENTRY_STATES, KINDS, RESERVATION_STATES, SUPERVISION_MODES
from callsvc.routing.rules.orders import ORDER_STATES

aid_region = sa.Table(  # what a region declares about giving aid
    "aid_region",
    metadata,
    sa.Column("region_code", sa.ForeignKey("region.code"), primary_key=True),
    sa.Column("opted_out", sa.Boolean, nullable=False, default=False),
    sa.Column("reserve", sa.Integer),  # idle agents it always keeps for its own; null: computed
    sa.Column("floor", sa.Float),  # share of its own calls in time that it never gives away; null: the usual
    sa.Column("changed_at", Instant, nullable=False),
)

aid_agreement = sa.Table(
    "aid_agreement",
    metadata,
    sa.Column("aided_region", sa.ForeignKey("region.code"), primary_key=True),
    sa.Column("aiding_region", sa.ForeignKey("region.code"), primary_key=True),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column(
        "activate_wait_s", sa.Integer, nullable=False
    ),  # predicted wait at home that opens aid, lived s
    sa.Column("release_wait_s", sa.Integer, nullable=False),  # and the lower one that closes it
    sa.Column("cap", sa.Integer, nullable=False),  # most calls of this pair at once
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    sa.Column("hours", sa.JSON(none_as_null=True)),  # weekly, by the aiding region's clock; null: at any time
)

aid_agreement_change = sa.Table(  # what agreements said before: written, never changed
    "aid_agreement_change",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("aided_region", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("aiding_region", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("by", sa.String(80), nullable=False),  # an account's id, or system
    sa.Column("before", sa.JSON(none_as_null=True)),  # null: it is new
    sa.Column("after", sa.JSON(none_as_null=True)),  # null: it was ended
)

aid_order = sa.Table(  # aid on purpose: lent or asked for by people, whatever the predicted wait
    "aid_order",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("aided_region", sa.ForeignKey("region.code"), nullable=False, index=True),
    sa.Column("aiding_region", sa.ForeignKey("region.code"), nullable=False, index=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("wanted", sa.Integer),  # agents asked for; null: lent unasked
    sa.Column("agents", sa.Integer, nullable=False, default=0),  # lent
    sa.Column("until_at", Instant, nullable=False),  # lived
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_by", sa.String(80), nullable=False),  # accounts' ids, here and below
    sa.Column("answered_at", Instant),
    sa.Column("answered_by", sa.String(80)),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", sa.String(80)),
    sa.Column("reason", sa.String(200), nullable=False, default=""),  # of a refusal, or of an early end
    sa.Column("predicted", sa.JSON(none_as_null=True)),  # the effect shown when it was lent
    sa.CheckConstraint(f"state in {ORDER_STATES}", name="state"),
)
sa.Index("ix_aid_order_due", aid_order.c.state, aid_order.c.until_at)

aid_activation = sa.Table(  # hysteresis: whether a region is being aided now
    "aid_activation",
    metadata,
    sa.Column("region_code", sa.ForeignKey("region.code"), primary_key=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column(
        "late_taken", sa.Integer, nullable=False, default=0
    ),  # late calls taken by turns: whose is next
)

queue_entry = sa.Table(
    "queue_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False, default="call"),  # see rules.KINDS
    sa.Column("call_id", sa.ForeignKey("call.id"), index=True),  # none until an agent took it, unless a call
    sa.Column("leg_id", sa.ForeignKey("leg.id")),  # the contact's
    sa.Column("session_id", sa.ForeignKey("flow_session.id")),
    sa.Column("subject_id", Id),  # what it is about: an SMS conversation, a callback, a place in a campaign
    sa.Column("number_id", sa.ForeignKey("phone_number.id")),  # whom to write to or to dial; none for a call
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id")),  # and for which campaign
    sa.Column("owner_agent_id", sa.ForeignKey("agent.id")),  # who is to have it...
    sa.Column("owner_until", Instant),  # ...until then (lived); from then on anybody
    sa.Column("promised_at", Instant),  # lived; not before, and as soon after as can be
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),  # home
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    sa.Column("skill", sa.String(40), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, default=0),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("entered_at", Instant, nullable=False),  # its place: kept through rejections
    sa.Column("deadline_at", Instant, nullable=False),  # lived; then it leaves with 'unavailable'
    sa.Column("offers", sa.Integer, nullable=False, default=0),
    sa.Column("assigned_at", Instant),
    sa.Column("left_at", Instant),
    sa.Column("left_how", sa.String(20)),  # connected, hung-up, callback, closed, unavailable
    sa.CheckConstraint(f"state in {ENTRY_STATES}", name="state"),
    sa.CheckConstraint(f"kind in {KINDS}", name="kind"),
    sa.CheckConstraint("kind <> 'call' or (call_id is not null and leg_id is not null)", name="call"),
)
sa.Index(
    "ix_queue_entry_waiting",
    queue_entry.c.kind,
    queue_entry.c.state,
    queue_entry.c.region_code,
    queue_entry.c.entered_at,
)
_open = queue_entry.c.state.in_(("pending", "reserved", "assigned", "wrapping"))
sa.Index(
    "ux_queue_entry_subject",
    queue_entry.c.subject_id,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
sa.Index("ix_queue_entry_left", queue_entry.c.region_code, queue_entry.c.left_at)  # how its calls fare lately
sa.Index("ix_queue_entry_entered", queue_entry.c.region_code, queue_entry.c.entered_at)

reservation = sa.Table(
    "reservation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("entry_id", sa.ForeignKey(queue_entry.c.id), nullable=False, index=True),
    sa.Column("agent_id", sa.ForeignKey("agent.id"), nullable=False, index=True),
    sa.Column("agent_region", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("home_region", sa.ForeignKey("region.code")),  # the entry's, so that aid is counted by index
    sa.Column("decision_id", Id, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("offered_at", Instant, nullable=False),
    sa.Column("deadline_at", Instant, nullable=False),  # lived: answer the offer, then end the wrap-up
    sa.Column("answered_at", Instant),
    sa.Column("bridged_at", Instant),
    sa.Column("talk_ended_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("disposition", sa.String(40)),  # final: what follows from it has followed
    sa.Column("chosen", sa.String(40)),  # by the agent, who may still take it back...
    sa.Column("undo_until", Instant),  # ...until then (lived); null: nothing is waiting to become final
    sa.Column("extended_at", Instant),  # the wrap-up was made longer, once
    sa.Column("callback_at", Instant),  # lived: a call the agent promised for then
    sa.Column("agent_leg_id", sa.ForeignKey("leg.id")),
    sa.Column("conference_id", sa.ForeignKey("conference.id")),
    sa.Column("consult_leg_id", sa.ForeignKey("leg.id"), index=True),  # whom the agent asked in
    sa.Column("handed_on", sa.String(8), nullable=False, default=""),  # see handing_on.py
    sa.CheckConstraint(f"state in {RESERVATION_STATES}", name="state"),
)
_live = reservation.c.state.in_(("pending", "accepted"))
sa.Index(
    "ux_reservation_agent", reservation.c.agent_id, unique=True, sqlite_where=_live, postgresql_where=_live
)
sa.Index(
    "ux_reservation_entry", reservation.c.entry_id, unique=True, sqlite_where=_live, postgresql_where=_live
)
sa.Index("ix_reservation_due", reservation.c.deadline_at, sqlite_where=_live, postgresql_where=_live)
_aid = reservation.c.home_region != reservation.c.agent_region
sa.Index(
    "ix_reservation_aid_now",
    reservation.c.home_region,
    reservation.c.agent_region,
    sqlite_where=_live & _aid,
    postgresql_where=_live & _aid,
)
sa.Index("ix_reservation_aid", reservation.c.offered_at, sqlite_where=_aid, postgresql_where=_aid)
sa.Index("ix_reservation_ended_at", reservation.c.ended_at)
_undoable = reservation.c.undo_until.is_not(None)
sa.Index("ix_reservation_undo", reservation.c.undo_until, sqlite_where=_undoable, postgresql_where=_undoable)

wrap_up_limit = sa.Table(  # longest wrap-up after a theme or in a campaign, else the setting's
    "wrap_up_limit",
    metadata,
    sa.Column("kind", sa.String(8), primary_key=True),  # skill, campaign: a campaign's goes first
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("seconds", sa.Integer, nullable=False),  # lived
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
    sa.CheckConstraint("kind in ('skill', 'campaign')", name="kind"),
)

routing_terms = sa.Table(  # what the administrator chose, each change a row: the newest is in force
    "routing_terms",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),  # an account's id, or system
    sa.Column("terms", sa.JSON, nullable=False),  # every choice that differs from its default
    sa.Column("changed", sa.JSON, nullable=False),  # by name: [before, after]
)

routing_measure = sa.Table(  # how each region fared, up to an instant; see measuring.py
    "routing_measure",
    metadata,
    sa.Column("region_code", sa.ForeignKey("region.code"), primary_key=True),
    sa.Column(
        "at", Instant, nullable=False
    ),  # what ended before it is in the figures, what ended since is not
    sa.Column("ledger", sa.Float, nullable=False),
    sa.Column(
        "reserve", sa.Integer, nullable=False
    ),  # idle agents to keep, by Erlang A of its load and floor
    sa.Column("own_s", sa.Float, nullable=False),  # seconds and number of own calls handled at home, decayed
    sa.Column("own_calls", sa.Float, nullable=False),
    sa.Column("aid_s", sa.Float, nullable=False),  # the same of calls its agents handled for others
    sa.Column("aid_calls", sa.Float, nullable=False),
    sa.Column(
        "waited_s", sa.Float, nullable=False
    ),  # seconds its callers waited, and how many gave up, decayed
    sa.Column("gave_up", sa.Float, nullable=False),
    sa.Column("received", sa.Integer, nullable=False),  # calls others took for it on this day
    sa.Column("given", sa.Integer, nullable=False),  # calls it took for others
)

routing_decision = sa.Table(
    "routing_decision",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("entry_id", sa.ForeignKey(queue_entry.c.id), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("agent_id", sa.ForeignKey("agent.id")),
    sa.Column("from_region", sa.String(3), nullable=False),
    sa.Column("to_region", sa.String(3)),
    sa.Column("kind", sa.String(12), nullable=False),  # platform, pool, region, aid, wait
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
)

supervision = sa.Table(  # a supervisor in an agent's conversation: listening, whispering or speaking
    "supervision",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("reservation_id", sa.ForeignKey(reservation.c.id), nullable=False, index=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),  # who listens
    sa.Column(
        "agent_id", sa.ForeignKey("agent.id"), nullable=False
    ),  # by whose telephone: the supervisor's own
    sa.Column("leg_id", sa.ForeignKey("leg.id"), nullable=False, unique=True),
    sa.Column("mode", sa.String(8), nullable=False),
    sa.Column("told", sa.Boolean, nullable=False),  # the agent's desk says so
    sa.Column("begun_at", Instant, nullable=False),  # lived
    sa.Column("joined_at", Instant),
    sa.Column("ended_at", Instant),
    sa.CheckConstraint(f"mode in {SUPERVISION_MODES}", name="mode"),
)
_open = supervision.c.ended_at.is_(None)
sa.Index(
    "ux_supervision_reservation",
    supervision.c.reservation_id,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
sa.Index(
    "ux_supervision_agent", supervision.c.agent_id, unique=True, sqlite_where=_open, postgresql_where=_open
)

listening_terms = sa.Table(  # one row: whether agents are told that a supervisor is in their call
    "listening_terms",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("agents_told", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("changed_at", Instant, nullable=False),  # lived
    sa.Column("changed_by", Id, nullable=False),
)

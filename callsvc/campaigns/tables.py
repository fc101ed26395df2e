"""Campaigns, people's places in them, who agreed; caller numbers, emergency stops, the pace's ledger."""

from datetime import date

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

UNKNOWN_DAY = date(1970, 1, 1)  # nobody said when: called last among their like, and never too old
STATES = ("draft", "running", "paused", "stopped", "completed")

campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("id", sa.String(60), primary_key=True),  # the name in its file: tracing-2020-11
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("purpose", sa.String(60), nullable=False),
    sa.Column("flow_version", sa.ForeignKey("flow_version.version"), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("config", sa.JSON, nullable=False),  # the validated file, see campaigns/definition.py
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    # The file's schedule as instants, for the ticker to find; the file is the truth.
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    sa.Column("schedule_note", sa.String(60), nullable=False, default=""),  # why a start was refused
    sa.Column("closed_at", Instant),  # ended by somebody, or by its schedule: it takes nobody any more
    sa.CheckConstraint(f"state in {STATES}", name="state"),
)

campaign_change = sa.Table(  # who changed what, and from what
    "campaign_change",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),  # see campaigns/history.py
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
)

campaign_contact = sa.Table(
    "campaign_contact",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    # waiting: due at next_try_at. trying: an attempt is out. held: the person is on another call with us.
    # done: has its outcome.
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, default=0),
    sa.Column("next_try_at", Instant, nullable=False),  # lived
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("refusals", sa.Integer, nullable=False, default=0),  # by the carrier, one after the other
    sa.Column("last_disposition", sa.String(40)),
    sa.Column("outcome", sa.String(40)),
    sa.Column("outcome_at", Instant),
    sa.Column("skip_reasons", sa.String(200), nullable=False, default=""),  # why not called yet
    sa.Column("deadline_at", Instant, nullable=False),
    # The order of calls, see dialing/ordering.py.
    sa.Column("elicited_on", sa.Date, nullable=False, default=UNKNOWN_DAY),  # day the person was reported
    sa.Column("resting", sa.Boolean, nullable=False, default=False),  # kept by dialing/ordering.py alone
    sa.Column("unannounced", sa.Boolean, nullable=False, default=False),  # their call is to be announced yet
    sa.Column("call_by", Instant),  # lived: the window of this retry closes then
    sa.Column("chosen_for", sa.String(20), nullable=False, default=""),  # why the last try was theirs
    sa.Column("tries_by_kind", sa.JSON, nullable=False, default=dict),  # busy, no-answer... -> how often
    sa.UniqueConstraint("campaign_id", "contact_id"),
    sa.CheckConstraint("status in ('waiting', 'trying', 'held', 'done')", name="status"),
)
sa.Index(
    "ix_campaign_contact_due",
    campaign_contact.c.campaign_id,
    campaign_contact.c.status,
    campaign_contact.c.next_try_at,
)
# In these words, so that a query is proven to need no more than the partial indexes hold.
WAITING = campaign_contact.c.status == sa.literal_column("'waiting'")
_AWAKE = WAITING & ~campaign_contact.c.resting
IN_TURN = _AWAKE & ~campaign_contact.c.unannounced
UNTOLD = _AWAKE & campaign_contact.c.unannounced
_PLACE = campaign_contact.c
for _name, _columns, _which in (
    (
        "ix_campaign_contact_turn",  # whoever waits, in the order of a region
        (
            _PLACE.campaign_id,
            _PLACE.region_code,
            _PLACE.priority.desc(),
            _PLACE.elicited_on.desc(),
            _PLACE.next_try_at,
            _PLACE.id,
        ),
        IN_TURN,
    ),
    (
        "ix_campaign_contact_rest",
        (_PLACE.campaign_id, _PLACE.resting, _PLACE.next_try_at, _PLACE.priority.desc()),
        WAITING,
    ),
    (
        "ix_campaign_contact_call_by",
        (_PLACE.campaign_id, _PLACE.region_code, _PLACE.call_by),
        IN_TURN & _PLACE.call_by.is_not(None),
    ),
    (
        "ix_campaign_contact_untold",  # whom an SMS tells next when their call comes
        (_PLACE.campaign_id, _PLACE.priority.desc(), _PLACE.next_try_at, _PLACE.id),
        UNTOLD,
    ),
):
    sa.Index(_name, *_columns, sqlite_where=_which, postgresql_where=_which)

campaign_share = sa.Table(  # whose turn it is among regions, see dialing/turns.py
    "campaign_share",
    metadata,
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), primary_key=True),
    sa.Column("region_code", sa.ForeignKey("region.code"), primary_key=True),
    sa.Column("waiting", sa.Integer, nullable=False),  # people in turn, when they were counted
    sa.Column("turn", sa.Float, nullable=False),  # virtual time: turns had, each by the people then waiting
    sa.Column("counted_at", Instant, nullable=False),  # machine time
)

campaign_day = sa.Table(  # what a campaign with a budget has spent on one day (of Paris)
    "campaign_day",
    metadata,
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),  # as billed, and as held for calls in hand
    sa.Column("micro_euros", sa.BigInteger, nullable=False),
    sa.Column("held_seconds", sa.Integer, nullable=False),  # of these, for calls in hand
    sa.Column("held_micro_euros", sa.BigInteger, nullable=False),
)

# asked: a second person is to look at it. approved: it may start. refused: they said no, and why. withdrawn:
# an edit changed whom, when or what is called, so that the yes (or the question) is about something else.
APPROVALS = ("asked", "approved", "refused", "withdrawn")
campaign_approval = sa.Table(  # the newest row of a campaign counts
    "campaign_approval",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), nullable=False, index=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("asked_by", sa.String(80), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("decided_by", sa.String(80)),
    sa.Column("decided_at", Instant),
    sa.Column("why", sa.String(500), nullable=False, default=""),
    sa.Column("people", sa.Integer, nullable=False),  # as whoever asked, and then whoever decided, saw it
    sa.Column("regions", sa.JSON, nullable=False, default=list),  # codes, of whoever was in it when decided
    sa.CheckConstraint(f"state in {APPROVALS}", name="state"),
)

approval_size = sa.Table(  # the newest row counts; none: the setting
    "approval_size",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("people", sa.Integer, nullable=False),  # 0: nothing needs a second person
    sa.Column("margin", sa.Integer, nullable=False),  # percent by which a campaign may outgrow its yes
    sa.Column("set_by", sa.String(80), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

campaign_intake = sa.Table(  # people who joined on one day of the installation
    "campaign_intake",
    metadata,
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("people", sa.Integer, nullable=False),
)

start_gate = sa.Table(  # one row, held by many who start something, or by the one who stops everything
    "start_gate", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
)

stop_order = sa.Table(  # an emergency stop of one campaign, or of everything
    "stop_order",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("everything", sa.Boolean, nullable=False),
    sa.Column("campaign_id", sa.ForeignKey(campaign.c.id), index=True),  # none: everything
    sa.Column("asked_by", sa.String(80), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("asked_machine_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),  # machine time: somebody is at work on it until then; none: it is done
    sa.Column("done_machine_at", Instant),
    sa.Column("campaigns", sa.Integer, nullable=False, default=0),  # that ran and do not any more
    sa.Column("planned_dropped", sa.Integer, nullable=False, default=0),
    sa.Column("sms_canceled", sa.Integer, nullable=False, default=0),
    sa.Column("in_progress_left", sa.Integer, nullable=False, default=0),
    sa.Column("lifted_at", Instant),  # of everything: until then nothing starts
    sa.Column("lifted_by", sa.String(80)),
)
_OPEN_STOP = stop_order.c.lease_until.is_not(None)
sa.Index("ix_stop_order_open", stop_order.c.lease_until, sqlite_where=_OPEN_STOP, postgresql_where=_OPEN_STOP)
IN_FORCE = stop_order.c.everything & stop_order.c.lifted_at.is_(None)
sa.Index(  # one stop of everything at a time
    "ux_stop_order_everything",
    stop_order.c.everything,
    unique=True,
    sqlite_where=IN_FORCE,
    postgresql_where=IN_FORCE,
)

pace_ledger = sa.Table(  # what may be set up now: of all ('') and of each campaign; see dialing/pacing.py
    "pace_ledger",
    metadata,
    sa.Column("campaign_id", sa.String(60), primary_key=True),
    sa.Column("tokens", sa.Float, nullable=False),  # set-ups, fractions kept
    sa.Column("turn", sa.Float, nullable=False),  # virtual time of fair sharing: set-ups by weight
    sa.Column("at", Instant, nullable=False),  # lived: tokens were counted then
)

SENDER_KINDS = (
    "verified", "platform", "overseas-platform", "geographic", "mobile", "national", "short-code",
    "alphanumeric", "foreign", "fiction",
)  # fmt: skip
CHOICES = ("contact", "day", "try")
caller_pool = sa.Table(
    "caller_pool",
    metadata,
    sa.Column("id", sa.String(60), primary_key=True),  # the name in its file
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("verify", sa.String(40), nullable=False, default=""),  # '' = CALLSVC_VERIFY_PHONE
    sa.Column("choose", sa.String(8), nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
    sa.CheckConstraint(f"choose in {CHOICES}", name="choose"),
)

caller_sender = sa.Table(  # what a person sees: a number, a short code or a name
    "caller_sender",
    metadata,
    sa.Column("pool_id", sa.ForeignKey(caller_pool.c.id), primary_key=True),
    sa.Column("value", sa.String(20), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("voice", sa.Boolean, nullable=False),
    sa.Column("sms", sa.Boolean, nullable=False),
    sa.Column("can_reply", sa.Boolean, nullable=False),
    sa.Column("countries", sa.String(200), nullable=False, default=""),  # that it may reach; '' = its kind's
    sa.Column("regions", sa.String(200), nullable=False, default=""),  # whose people see it; '' = all
    sa.CheckConstraint(f"kind in {SENDER_KINDS}", name="kind"),
)

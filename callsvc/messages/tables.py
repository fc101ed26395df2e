"""SMS in both directions, with the same placement as a leg: an SMS in doubt is never sent twice."""

import sqlalchemy as sa

from callsvc.core.db import Id, Instant, metadata

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("direction", sa.String(8), nullable=False),  # inbound, outbound
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), nullable=False, index=True),
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id"), index=True),
    sa.Column("cause", sa.String(120), unique=True),  # what asked for it, once: session + turn + prompt
    sa.Column("purpose", sa.String(60), nullable=False, default=""),
    sa.Column("sender", sa.String(20), nullable=False, default=""),
    sa.Column("body", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("sid", sa.String(64), unique=True),
    sa.Column("placement", sa.String(12), nullable=False),  # as a leg's
    sa.Column("status", sa.String(16)),  # the carrier's words, joined upwards only
    sa.Column("error_code", sa.Integer),
    sa.Column("planned_at", Instant, nullable=False),
    sa.Column("claimed_at", Instant),
    sa.Column("sent_at", Instant),
    sa.Column("delivered_at", Instant),
    sa.Column("lease_until", Instant),
    sa.Column("settle_at", Instant),
    sa.Column("first_missed_at", Instant),  # as a leg's, in machine time
    sa.Column("news_at", Instant, nullable=False),
    sa.Column(
        "check_at", Instant
    ),  # placed, not over: fetch it at the carrier if there is no news until then
    sa.Column("checks", sa.Integer, nullable=False, default=0),  # looks in vain since the last news
    sa.Column("reasons", sa.String(200), nullable=False, default=""),  # why it was refused
    sa.Column("paced_at", Instant),  # its turn at its sender, in machine time; None: not asked yet
)
# As a leg's: what is over has none of these, so each index holds open messages only.
for _name, _columns, _open in (
    ("ix_message_work", (message.c.placement, message.c.lease_until), message.c.lease_until.is_not(None)),
    ("ix_message_doubt", (message.c.settle_at,), message.c.settle_at.is_not(None)),
    ("ix_message_open", (message.c.check_at,), message.c.check_at.is_not(None)),
):
    sa.Index(_name, *_columns, sqlite_where=_open, postgresql_where=_open)

sender_pace = sa.Table(  # the carrier takes so many a second from one sender; the turns already given out
    "sender_pace",
    metadata,
    sa.Column("sender", sa.String(20), primary_key=True),
    sa.Column("next_at", Instant, nullable=False),  # machine time: the first turn that is free
)

live_dialogue = sa.Table(  # at most one with a number, over every campaign: an answer has one meaning
    "live_dialogue",
    metadata,
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), primary_key=True),
    sa.Column("sender", sa.String(20), nullable=False),  # where the answer must come to
    sa.Column("session_id", Id, index=True),  # a flow's
    sa.Column("announcement_id", Id, index=True),  # or an announced call's
    sa.Column("since", Instant, nullable=False, index=True),
)

sms_conversation = sa.Table(  # somebody writes, and a person is to answer; at most one open with a number
    "sms_conversation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), nullable=False, index=True),
    sa.Column("sender", sa.String(20), nullable=False),  # our number they wrote to: answers come from it
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id")),
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("why", sa.String(16), nullable=False),  # asked: for a person; misread: no flow understood it
    sa.Column("opened_at", Instant, nullable=False),  # lived
    sa.Column("heard_at", Instant, nullable=False),  # their last message
    sa.Column("closed_at", Instant),
    sa.Column("closed_how", sa.String(40), nullable=False, default=""),  # a disposition, stop or expired
)
_talking = sms_conversation.c.closed_at.is_(None)
sa.Index(
    "ux_sms_conversation_open",
    sms_conversation.c.number_id,
    unique=True,
    sqlite_where=_talking,
    postgresql_where=_talking,
)

message_spend = sa.Table(  # an SMS of a campaign with a budget of euros; deleted if it was never sent
    "message_spend",
    metadata,
    sa.Column("message_id", sa.ForeignKey(message.c.id), primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("day", sa.Date, nullable=False),  # of the installation
    sa.Column("micro_euros", sa.BigInteger, nullable=False),
)

"""Calls and their legs, the guard of one live call per number, what the carrier told us, conferences.

A *call* is a conversation; a *leg* is one carrier call in it. Every outbound leg (a contact's, an agent's)
goes through the same placement, which is ours, beside the carrier's status, which is never guessed:

    planned -> claimed -> placed
       |          |-> in-doubt -> placed | not-placed
       |          '-> not-placed              (the carrier refused, or nothing was sent)
       '-> refused | withdrawn                (may_contact said no; the campaign stopped)
"""

import sqlalchemy as sa

from callsvc.core import incidents
from callsvc.core.db import Id, Instant, metadata

PLACEMENTS = ("planned", "claimed", "placed", "in-doubt", "not-placed", "refused", "withdrawn", "received")

call = sa.Table(
    "call",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("direction", sa.String(8), nullable=False),  # inbound, outbound
    sa.Column("region_code", sa.ForeignKey("region.code"), nullable=False),  # home region of the contact
    sa.Column("platform_code", sa.ForeignKey("platform.code"), nullable=False),
    sa.Column("campaign_contact_id", sa.ForeignKey("campaign_contact.id"), index=True),
    sa.Column("contact_id", sa.ForeignKey("contact.id")),  # inbound: a hint by number, nothing more
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("outcome", sa.String(40)),
)

leg = sa.Table(
    "leg",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("call_id", sa.ForeignKey(call.c.id), nullable=False, index=True),
    sa.Column("role", sa.String(12), nullable=False),  # contact, agent, consult, transfer, supervisor
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), index=True),
    sa.Column("agent_id", sa.ForeignKey("agent.id"), index=True),
    sa.Column("sid", sa.String(64), unique=True),  # the carrier's name for it; shapes differ by carrier
    sa.Column("caller", sa.String(20)),  # what the person's telephone showed; null before the claim
    sa.Column("placement", sa.String(12), nullable=False),
    sa.Column("status", sa.String(12)),  # the carrier's words, joined upwards only; null before any news
    sa.Column("answered_by", sa.String(24)),
    sa.Column("reasons", sa.String(200), nullable=False, default=""),  # why it was refused or not placed
    sa.Column("disposition", sa.String(40)),  # business outcome of this try, see campaigns/dispositions.py
    # lived instants; *_at of the carrier come from its own timestamps
    sa.Column("planned_at", Instant, nullable=False),
    sa.Column("claimed_at", Instant),
    sa.Column("rang_at", Instant),
    sa.Column("answered_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("duration_s", sa.Integer),  # as the carrier bills
    # machinery, in machine time
    sa.Column("lease_until", Instant),  # planned: re-enqueue after; claimed: in doubt after
    sa.Column("settle_at", Instant),  # in doubt: look it up at the carrier after
    sa.Column("first_missed_at", Instant),  # the carrier, asked, did not know this leg: since when
    sa.Column("news_at", Instant, nullable=False),  # last word of the carrier
    sa.Column("check_at", Instant),  # live: fetch it at the carrier if there is no news until then
    sa.Column("checks", sa.Integer, nullable=False, default=0),  # looks in vain since the last news
    # lived again
    sa.Column("end_asked_at", Instant),  # we asked the carrier to end or cancel it
    sa.Column("deadline_at", Instant),  # longest this leg may last
    sa.Column("lost_at", Instant),  # given up without a last word of the carrier; ended_at is our guess then
    sa.CheckConstraint(f"placement in {PLACEMENTS}", name="placement"),
)
sa.Index("ix_leg_planned_at", leg.c.planned_at)
# The page of calls: a rare state, a long call or a small region is found among 20 million legs.
sa.Index("ix_leg_status", leg.c.status, leg.c.planned_at)
sa.Index("ix_leg_duration", leg.c.duration_s)
sa.Index("ix_call_region", call.c.region_code, call.c.started_at)
# Whatever is over has no lease, nothing to settle and an end, so these stay as small as the work under way.
# Each condition follows from the comparison in its query: neither database proves more than that.
for _name, _columns, _under_way in (
    ("ix_leg_work", (leg.c.placement, leg.c.lease_until), leg.c.lease_until.is_not(None)),
    ("ix_leg_doubt", (leg.c.settle_at,), leg.c.settle_at.is_not(None)),
    ("ix_leg_live", (leg.c.placement, leg.c.check_at), leg.c.ended_at.is_(None)),
):
    sa.Index(_name, *_columns, sqlite_where=_under_way, postgresql_where=_under_way)

live_call = sa.Table(  # at most one live outbound call per number, across campaigns and contacts
    "live_call",
    metadata,
    sa.Column("number_id", sa.ForeignKey("phone_number.id"), primary_key=True),
    sa.Column("attempt_id", sa.ForeignKey(leg.c.id), nullable=False, unique=True),
    sa.Column("since", Instant, nullable=False),
)

leg_transition = sa.Table(  # each rise of a leg's status, once; side effects hang on these rows
    "leg_transition",
    metadata,
    sa.Column("leg_id", sa.ForeignKey(leg.c.id), primary_key=True),
    sa.Column("status", sa.String(12), primary_key=True),
    sa.Column("at", Instant, nullable=False),  # lived, the carrier's own when it told us
    sa.Column("source", sa.String(12), nullable=False),  # callback, voice, fetch, list
    sa.Column("recorded_machine_at", Instant, nullable=False),
)

webhook_event = sa.Table(  # every webhook once; a repeat gets the stored answer
    "webhook_event",
    metadata,
    sa.Column("key", sa.String(160), primary_key=True),
    sa.Column("leg_id", Id, index=True),
    sa.Column("received_at", Instant, nullable=False),  # lived
    sa.Column("received_machine_at", Instant, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),  # statuses and sequence numbers; never a number or digits
    sa.Column("answer", sa.LargeBinary),  # encrypted TwiML
)

conference = sa.Table(
    "conference",
    metadata,
    sa.Column("id", Id, primary_key=True),  # our friendly name at the carrier
    sa.Column("call_id", sa.ForeignKey(call.c.id), nullable=False, index=True),
    sa.Column("sid", sa.String(64), unique=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)

participant = sa.Table(
    "participant",
    metadata,
    sa.Column("conference_id", sa.ForeignKey(conference.c.id), primary_key=True),
    sa.Column("leg_id", sa.ForeignKey(leg.c.id), primary_key=True),
    sa.Column("joined_at", Instant),
    sa.Column("left_at", Instant),
    sa.Column("held_at", Instant),  # on hold since; null: in the conversation
    sa.Column("muted_at", Instant),  # hears and is not heard since
)

stopped_leg = sa.Table(  # what an emergency stop found under way, and ended
    "stopped_leg",
    metadata,
    sa.Column("stop_id", sa.ForeignKey("stop_order.id"), primary_key=True),
    sa.Column("leg_id", sa.ForeignKey(leg.c.id), primary_key=True),
    sa.Column("found", sa.String(12), nullable=False),  # ringing, queued, or unknown to the carrier as yet
)

carrier_update = (
    sa.Table(  # an intent to change a live call at the carrier: end, cancel, move to a conference
        "carrier_update",
        metadata,
        sa.Column("id", Id, primary_key=True),
        sa.Column("leg_id", sa.ForeignKey(leg.c.id), nullable=False, index=True),
        sa.Column("action", sa.String(12), nullable=False),  # end, cancel, move, or one of CHANGES
        # for move: where the call fetches its TwiML; else our name of the conference, and more
        sa.Column("path", sa.String(200), nullable=False, default=""),
        sa.Column("created_at", Instant, nullable=False),  # lived
        sa.Column(
            "lease_until", Instant, nullable=False
        ),  # machine: done again after (all actions are idempotent)
        sa.Column("tries", sa.Integer, nullable=False, default=0),
        sa.Column("result", sa.String(24)),  # null = due; done, gone (21220), failed, given-up, superseded
        sa.Column("done_at", Instant),
    )
)
sa.Index(
    "ix_carrier_update_due",
    carrier_update.c.lease_until,
    sqlite_where=carrier_update.c.result.is_(None),
    postgresql_where=carrier_update.c.result.is_(None),
)

incident = incidents.incident

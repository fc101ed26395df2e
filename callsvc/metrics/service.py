"""Reactions: each event leaves one raw row, once. Ids and facts only, never a number or a name.

A row that is new is told to those who watch the figures of its region or its campaign.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.calls.events import LegAnswered, LegEnded, LegEvent, LegNotPlaced, LegPlaced
from callsvc.calls.tables import call, leg
from callsvc.campaigns.dispositions import flags_of
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.tables import campaign_contact
from callsvc.campaigns.trials import is_trial
from callsvc.core.db import Tx
from callsvc.metrics.rules import REPEAT_WITHIN
from callsvc.metrics.tables import metric_event
from callsvc.routing.events import (
    ConversationEnded,
    EntryConnected,
    EntryEvent,
    EntryLeft,
    EntryQueued,
    WrapUpEnded,
)


def note_attempt_placed(tx: Tx, event: LegPlaced) -> None:
    if _is_attempt(event):
        _note_leg(tx, "attempt-placed", event, {})


def note_attempt_not_placed(tx: Tx, event: LegNotPlaced) -> None:
    if _is_attempt(event):
        _note_leg(tx, "attempt-not-placed", event, {"placement": event.placement})


def note_leg_answered(tx: Tx, event: LegAnswered) -> None:
    """An attempt somebody or something picked up; or an inbound call, which is received by answering it."""
    if _is_attempt(event):
        _note_leg(tx, "attempt-answered", event, {})
    elif event.role == "contact":
        _note_received(tx, event)


def note_leg_ended(tx: Tx, event: LegEnded) -> None:
    """Machine or person is known for sure only when the call is over: detection may speak late."""
    if not _is_attempt(event):
        if event.role == "contact":
            _note_received(tx, event)  # it may have ended before any other word of it arrived
        return
    row = tx.first(sa.select(leg.c.answered_by, leg.c.disposition).where(leg.c.id == event.leg_id))
    by = (row.answered_by or "") if row else ""
    machine = by.startswith(("machine", "fax"))
    if row is not None and row.disposition:
        machine = machine or flags_of(row.disposition).machine
    facts = {"status": event.status, "answered": event.answered, "machine": event.answered and machine}
    _note_leg(tx, "attempt-ended", event, facts)


def note_entry_queued(tx: Tx, event: EntryQueued) -> None:
    _note_entry(tx, "entry-queued", event, event.entry_id, {"skill": event.skill})


def note_entry_connected(tx: Tx, event: EntryConnected) -> None:
    facts = {"waited_s": event.waited_s, "agent_region": event.agent_region, "overflow": event.overflow}
    # By entry, which leaves its queue once: no share of the entries that left can exceed the whole.
    _note_entry(tx, "entry-connected", event, event.entry_id, facts)


def note_entry_left(tx: Tx, event: EntryLeft) -> None:
    _note_entry(tx, "entry-left", event, event.entry_id, {"how": event.how, "waited_s": event.waited_s})


def note_conversation_ended(tx: Tx, event: ConversationEnded) -> None:
    facts = {
        "talk_s": event.talk_s,
        "agent_region": event.agent_region,
        "agent_vanished": event.agent_vanished,
    }
    _note_entry(tx, "conversation-ended", event, event.reservation_id, facts)


def note_wrap_up_ended(tx: Tx, event: WrapUpEnded) -> None:
    facts = {
        "handle_s": event.handle_s,
        "agent_region": event.agent_region,
        "disposition": event.disposition,
    }
    _note_entry(tx, "wrap-up-ended", event, event.reservation_id, facts)


def note_contact_finished(tx: Tx, event: ContactFinished) -> None:
    """A person's place has its outcome; a later, better outcome still counts as reached, once."""
    names = ["contact-finished"] + (["contact-reached"] if flags_of(event.outcome).reached else [])
    for name in names:
        _note(
            tx,
            name,
            at=tx.now,
            subject=event.campaign_contact_id,
            region=event.region_code,
            campaign=event.campaign_id,
            facts={"outcome": event.outcome},
        )


def _is_attempt(event: LegEvent) -> bool:
    return event.role == "contact" and event.direction == "outbound"


def _note_received(tx: Tx, event: LegEvent) -> None:
    """An inbound call; ``repeat`` if the same number called us in the 7 days before."""
    row = tx.first(
        sa.select(leg.c.number_id, call.c.started_at)
        .join(call, call.c.id == leg.c.call_id)
        .where(leg.c.id == event.leg_id)
    )
    if row is None:
        return
    earlier = sa.select(leg.c.id).join(call, call.c.id == leg.c.call_id)
    repeat = row.number_id is not None and tx.first(
        earlier.where(
            leg.c.number_id == row.number_id,
            leg.c.id != event.leg_id,
            call.c.direction == "inbound",
            call.c.started_at >= row.started_at - REPEAT_WITHIN,
            call.c.started_at < row.started_at,
        ).limit(1)
    )
    region, campaign = _place_of(tx, event.call_id)
    _note(
        tx,
        "call-received",
        at=row.started_at,
        subject=event.leg_id,
        region=region,
        campaign=campaign,
        facts={"repeat": bool(repeat)},
    )


def _note_leg(tx: Tx, name: str, event: LegEvent, facts: dict[str, Any]) -> None:
    region, campaign = _place_of(tx, event.call_id)
    _note(tx, name, at=event.at, subject=event.leg_id, region=region, campaign=campaign, facts=facts)


def _note_entry(tx: Tx, name: str, event: EntryEvent, subject: str, facts: dict[str, Any]) -> None:
    if event.kind != "call":
        return  # the figures of queues are about people on the line
    _, campaign = _place_of(tx, event.call_id)
    facts = {"platform": event.platform_code} | facts
    _note(tx, name, at=event.at, subject=subject, region=event.region_code, campaign=campaign, facts=facts)


_PLACE = (
    sa.select(call.c.region_code, campaign_contact.c.campaign_id)
    .outerjoin(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
    .where(call.c.id == sa.bindparam("call_id"))
)


def _place_of(tx: Tx, call_id: str) -> tuple[str, str]:
    """Home region and campaign (empty for an inbound call) of a call."""
    row = tx.first(_PLACE, call_id=call_id)
    return (row.region_code, row.campaign_id or "") if row else ("", "")


def _note(
    tx: Tx, name: str, *, at: datetime, subject: str, region: str, campaign: str, facts: dict[str, Any]
) -> None:
    if is_trial(campaign):
        return
    new = tx.insert_once(
        metric_event,
        name=name,
        at=at,
        subject=subject,
        region_code=region,
        campaign_id=campaign,
        facts=facts,
    )
    if new:
        tx.changed("figures", region=region)
        if campaign:
            tx.changed("campaign", region=region, subject=campaign)

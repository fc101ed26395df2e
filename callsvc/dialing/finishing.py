"""After a try: the number is free again, the try has its disposition, the person a next try or an outcome."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded, LegNotPlaced
from callsvc.calls.tables import call, leg, live_call
from callsvc.campaigns.dispositions import CONNECTED, NOT_REACHED, UNCALLABLE, flags_of
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.rules import FINAL_REASONS
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.vocabulary import COMPLETED, verdict
from callsvc.core.db import Tx
from callsvc.dialing.dispositions import agents_word
from callsvc.dialing.rules import next_retry
from callsvc.flows.tables import flow_session

_SOON = timedelta(seconds=30)  # lived: after a try that never reached the carrier
_LATER = timedelta(minutes=2)
# The carrier will never place these: invalid, unreachable or unroutable numbers.
_CARRIER_NEVER = frozenset({"carrier-21211", "carrier-21214", "carrier-21217", "carrier-13224"})


def finish_attempt(tx: Tx, event: LegEnded) -> None:
    """A leg of a contact is over, for good."""
    if event.role != "contact":
        return
    tx.update(call, (call.c.id == event.call_id) & call.c.ended_at.is_(None), ended_at=event.at)
    if event.direction != "outbound":
        return
    tx.delete(live_call, live_call.c.attempt_id == event.leg_id)
    disposition = _disposition(tx, event)
    tx.update(leg, leg.c.id == event.leg_id, disposition=disposition)
    place = _place(tx, event.call_id)
    if place is not None and place.status == "trying":
        _go_on(tx, place, disposition, event.at)


def _disposition(tx: Tx, event: LegEnded) -> str:
    if event.status != COMPLETED and not event.answered:
        return event.status
    session = tx.first(sa.select(flow_session.c.outcome).where(flow_session.c.subject_id == event.leg_id))
    if session is not None and session.outcome:
        outcome = str(session.outcome)
        return agents_word(tx, event.leg_id) or outcome if outcome == CONNECTED else outcome
    told = tx.first(sa.select(leg.c.answered_by, leg.c.reasons).where(leg.c.id == event.leg_id))
    if told is not None and told.reasons == "suppressed":
        return "suppressed"
    return "voicemail" if told is not None and verdict(told.answered_by) == "machine" else "interrupted"


def _place(tx: Tx, call_id: str) -> Row[Any] | None:
    return tx.first(
        sa.select(campaign_contact)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(call.c.id == call_id)
        .with_for_update()
    )


def _go_on(tx: Tx, place: Row[Any], disposition: str, ended_at: datetime) -> None:
    flags = flags_of(disposition)
    tries = place.tries + 1
    campaign = campaign_row(tx, place.campaign_id)
    tx.update(campaign_contact, campaign_contact.c.id == place.id, tries=tries, last_disposition=disposition)
    again = next_retry(config_of(campaign).retries, flags, tries, ended_at)
    if flags.final:
        finish_contact(tx, place.id, disposition)
    elif again is None or campaign.state in ("stopped", "completed"):
        finish_contact(tx, place.id, NOT_REACHED)
    else:
        tx.update(campaign_contact, campaign_contact.c.id == place.id, status="waiting", next_try_at=again)


def forget_attempt(tx: Tx, event: LegNotPlaced) -> None:
    """It is proven that this try never existed: it counts for nothing, and another may follow."""
    if event.role != "contact":
        return
    tx.delete(live_call, live_call.c.attempt_id == event.leg_id)
    tx.update(call, (call.c.id == event.call_id) & call.c.ended_at.is_(None), ended_at=event.at)
    place = _place(tx, event.call_id)
    if place is None or place.status != "trying":
        return
    reasons = set(event.reasons.split())
    state = campaign_row(tx, place.campaign_id).state
    if "suppressed" in reasons:
        finish_contact(tx, place.id, "suppressed")
    elif reasons & (FINAL_REASONS | _CARRIER_NEVER):
        finish_contact(tx, place.id, UNCALLABLE)
    elif state in ("stopped", "completed"):
        finish_contact(tx, place.id, NOT_REACHED if place.tries else "stopped")
    else:
        delay = _SOON if event.placement == "not-placed" else _LATER
        tx.update(
            campaign_contact,
            campaign_contact.c.id == place.id,
            status="waiting",
            next_try_at=tx.now + delay,
            skip_reasons=event.reasons[:200],
        )

"""After a try: the number is free again, the try has its disposition, the person a next try or an outcome."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.events import LegEnded, LegNotPlaced
from callsvc.calls.tables import call, leg, live_call
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import (
    CONNECTED,
    DECLINED,
    NOT_REACHED,
    UNCALLABLE,
    Flags,
    flags_of,
)
from callsvc.campaigns.facts import campaign_row, config_of, hours_of_person
from callsvc.campaigns.joining import own_priority
from callsvc.campaigns.reasons import FINAL_REASONS, outcome_of
from callsvc.campaigns.retrying import Tries, next_retry, was_declined
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.refusals import judge_reasons
from callsvc.carrier.vocabulary import COMPLETED, verdict
from callsvc.contacts.unworkable import discard_number
from callsvc.core.db import Tx
from callsvc.dialing.dispositions import agents_word, word_on
from callsvc.dialing.turns import PROMISED
from callsvc.flows.tables import flow_session

_SOON = timedelta(seconds=30)  # lived: after a try that never reached the carrier
_LATER = timedelta(minutes=2)
_LONGEST_BACK_OFF = timedelta(hours=1)
_MOST_REFUSALS = 5  # of one place, one after the other


def finish_attempt(tx: Tx, event: LegEnded) -> None:
    """A leg of a contact is over, for good."""
    if event.role != "contact":
        return
    tx.update(call, (call.c.id == event.call_id) & call.c.ended_at.is_(None), ended_at=event.at)
    if event.direction != "outbound":
        return
    tx.delete(live_call, live_call.c.attempt_id == event.leg_id)
    disposition = disposition_of(tx, event)
    tx.update(leg, leg.c.id == event.leg_id, disposition=disposition)
    place = _place(tx, event.call_id)
    if place is not None and place.status == "trying" and not _another_under_way(tx, place.id, event.leg_id):
        _go_on(tx, place, event, disposition)


def _kept_promise(tx: Tx, place: Row[Any]) -> dict[str, int]:
    """The call at the promised moment was made: further tries spare the person as any other."""
    return {"priority": own_priority(tx, place.contact_id)} if place.priority >= PROMISED else {}


def _another_under_way(tx: Tx, place_id: str, leg_id: str) -> bool:
    """A newer try of the same person is out: an older leg that ends late must not end it."""
    return (
        tx.first(
            sa.select(leg.c.id)
            .join(call, call.c.id == leg.c.call_id)
            .where(
                call.c.campaign_contact_id == place_id,
                leg.c.role == "contact",
                leg.c.id != leg_id,
                leg.c.ended_at.is_(None),
                leg.c.placement.in_(("planned", "claimed", "in-doubt", "placed")),
            )
        )
        is not None
    )


def disposition_of(tx: Tx, event: LegEnded) -> str:
    if event.status != COMPLETED and not event.answered:
        return DECLINED if _declined(tx, event) else event.status
    session = tx.first(sa.select(flow_session.c.outcome).where(flow_session.c.subject_id == event.leg_id))
    if session is not None and session.outcome:
        outcome = str(session.outcome)
        return agents_word(tx, event.leg_id) or outcome if outcome == CONNECTED else outcome
    what = sa.select(leg.c.answered_by, leg.c.reasons, leg.c.agent_id)
    told = tx.first(what.where(leg.c.id == event.leg_id))
    if told is not None and told.agent_id is not None and not told.reasons:
        return word_on(tx, event.leg_id)
    if told is not None and told.reasons == "suppressed":
        return "suppressed"
    return "voicemail" if told is not None and verdict(told.answered_by) == "machine" else "interrupted"


def _declined(tx: Tx, event: LegEnded) -> bool:
    row = tx.first(sa.select(leg.c.claimed_at, leg.c.rang_at).where(leg.c.id == event.leg_id))
    return row is not None and was_declined(event.status, row.claimed_at, row.rang_at, event.at)


def _place(tx: Tx, call_id: str) -> Row[Any] | None:
    return tx.first(
        sa.select(campaign_contact)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(call.c.id == call_id)
        .with_for_update(key_share=True)
    )


def _go_on(tx: Tx, place: Row[Any], event: LegEnded, disposition: str) -> None:
    """The outcome, or the next try: of another number, soon, if it is only this one that is wrong."""
    flags = flags_of(disposition)
    campaign = campaign_row(tx, place.campaign_id)
    config = config_of(campaign)
    tries = tries_of(place).with_one(flags)
    tx.update(
        campaign_contact,
        campaign_contact.c.id == place.id,
        tries=tries.total,
        tries_by_kind=tries.by_kind,
        refusals=0,
        unannounced=False,
        last_disposition=disposition,
        **_kept_promise(tx, place),
    )
    final = flags.final
    if flags.unworkable and _has_another(tx, place, event.leg_id):
        final = False
        again = event.at + _SOON if tries.total < config.retries.most_tries else None
    else:
        again = retry_at(tx, place, config, flags=flags, tries=tries, ended_at=event.at)
    if final:
        finish_contact(tx, place.id, disposition)
    elif again is None or campaign.state in ("stopped", "completed"):
        finish_contact(tx, place.id, NOT_REACHED)
    else:
        wait_for_retry(tx, place, config, again)


def tries_of(place: Row[Any]) -> Tries:
    """What a ``campaign_contact`` row knows of its tries."""
    return Tries(place.tries, place.tries_by_kind)


def retry_at(
    tx: Tx, place: Row[Any], config: CampaignFile, *, flags: Flags, tries: Tries, ended_at: datetime
) -> datetime | None:
    """When this person is tried again by the campaign's policy; None when there is no further try."""
    zone = None
    if config.retries.policy(flags.retry_after).other_part_of_day:
        hours = hours_of_person(tx, config, place.contact_id)
        zone = hours.zone if hours is not None else None
    return next_retry(config.retries, flags, tries, ended_at, spread=config.spread, zone=zone)


def wait_for_retry(tx: Tx, place: Row[Any], config: CampaignFile, again: datetime) -> None:
    """The place waits for its next try; ``call_by`` says when the window of that try closes."""
    hours = hours_of_person(tx, config, place.contact_id)
    opens = hours.next_opening(again) if hours is not None else None
    tx.update(
        campaign_contact,
        campaign_contact.c.id == place.id,
        status="waiting",
        next_try_at=again,
        call_by=hours.closing(opens) if hours is not None and opens is not None else None,
    )


def _has_another(tx: Tx, place: Row[Any], leg_id: str) -> bool:
    """The number of this leg is not this person's; is another one left?"""
    number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id))
    return discard_number(tx, place.contact_id, number_id)


def forget_attempt(tx: Tx, event: LegNotPlaced) -> None:
    """It is proven that this try never existed: it is no try, and another may follow."""
    if event.role != "contact":
        return
    tx.delete(live_call, live_call.c.attempt_id == event.leg_id)
    tx.update(call, (call.c.id == event.call_id) & call.c.ended_at.is_(None), ended_at=event.at)
    place = _place(tx, event.call_id)
    if place is None or place.status != "trying":
        return
    reasons = set(event.reasons.split())
    refusal = judge_reasons(event.reasons)
    refusals = place.refusals + (refusal is not None)
    state = campaign_row(tx, place.campaign_id).state
    another = refusal == "number-never" and _has_another(tx, place, event.leg_id)
    if reasons & FINAL_REASONS:
        outcome = outcome_of(reasons, tried=False, uncallable=UNCALLABLE, not_reached=NOT_REACHED)
        finish_contact(tx, place.id, outcome)
    elif refusal == "number-never" and not another:
        finish_contact(tx, place.id, UNCALLABLE)
    elif state in ("stopped", "completed"):
        finish_contact(tx, place.id, NOT_REACHED if place.tries else "stopped")
    elif refusal == "temporary" and refusals >= _MOST_REFUSALS:
        finish_contact(tx, place.id, UNCALLABLE)
    else:
        tx.update(
            campaign_contact,
            campaign_contact.c.id == place.id,
            status="waiting",
            refusals=0 if another else refusals,
            next_try_at=tx.now + (_SOON if another else _delay(event, refusals)),
            skip_reasons=event.reasons[:200],
        )


def _delay(event: LegNotPlaced, refusals: int) -> timedelta:
    """Longer with each refusal of the carrier. One of our account is nobody's place's fault and ends none."""
    if event.placement != "not-placed":
        return _LATER
    return min(_SOON * (1 << min(max(refusals - 1, 0), 16)), _LONGEST_BACK_OFF)

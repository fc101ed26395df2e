"""The claim: the last moment before a person is called.

Under the number's lock ``may_contact`` is asked again and the number's live-call row is inserted. An opt-out
takes the same lock, so it is either seen here, or it sees this claim and has the call cancelled.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import sqlalchemy as sa

from callsvc.calls.placing import Claim, claim_leg, give_up, order_for, send_claim
from callsvc.calls.queries import lock_leg
from callsvc.calls.tables import call, leg, live_call
from callsvc.campaigns.budgets import lock_budget
from callsvc.campaigns.callers import caller_for
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.halting import hold_campaign
from callsvc.campaigns.rules import may_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import lock_number, reveal
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.dialing.budgets import hold_overtime, limit_s, spend
from callsvc.dialing.facts import facts_of_leg
from callsvc.runtime import Runtime


def place_attempts(rt: Runtime, leg_ids: list[str], *, at_once: int = 1) -> None:
    """Claim and place each planned attempt now, ``at_once`` of them. A claim is taken once, run twice.

    Workers keep the carrier's limit as well: ``releasing.place_at_pace``.

    A carrier, or a busy machine, takes tenths of a second to answer one request: one after the other the pace
    would be that answer's, not the campaign's.
    """
    if at_once == 1 or len(leg_ids) < 2:
        for_each(rt.db, leg_ids, lambda leg_id: _place(rt, leg_id))
        return
    with ThreadPoolExecutor(at_once, "placing") as pool:
        list(pool.map(lambda one: for_each(rt.db, [one], lambda leg_id: _place(rt, leg_id)), leg_ids))


def _place(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        claim = claim_attempt(tx, leg_id)
    if claim is not None:
        send_claim(rt, claim)


def claim_attempt(tx: Tx, leg_id: str) -> Claim | None:
    """The right to send the request of a planned attempt; None when it may not be, or is not planned, now."""
    place = tx.first(
        sa.select(
            campaign_contact.c.id,
            campaign_contact.c.campaign_id,
            campaign_contact.c.contact_id,
            campaign_contact.c.region_code,
            campaign_contact.c.tries,
            leg.c.number_id,
        )
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .join(leg, leg.c.call_id == call.c.id)
        .where(leg.c.id == leg_id)
    )
    if place is None:
        return None
    # The campaign first: a pause or a stop waits for this claim, or this claim sees it.
    campaign, state = hold_campaign(tx, place.campaign_id)
    # The number before the leg, as an opt-out takes them: the other way round the two could deadlock.
    number = lock_number(tx, place.number_id)
    row = lock_leg(tx, leg_id)
    if row.placement != "planned":
        return None
    config = config_of(campaign)
    lock_budget(tx, config, campaign.id)
    hold_overtime(tx, config, campaign.id)
    facts = facts_of_leg(tx, row, config, state, campaign.id)
    verdict = may_contact(facts, "voice", tx.now)
    if not verdict.yes:
        give_up(tx, row, "refused", " ".join(verdict.reasons))
        _wait_until(tx, place.id, verdict.earliest)
        return None
    caller = caller_for(
        tx,
        config,
        contact_id=place.contact_id,
        region=place.region_code,
        country=facts.country,
        tries=place.tries,
    )
    if caller is None:
        give_up(tx, row, "refused", "caller-not-allowed")
        return None
    if not tx.insert_once(live_call, number_id=number.id, attempt_id=leg_id, since=tx.now):
        give_up(tx, row, "refused", "number-busy")
        return None
    order = order_for(
        tx.settings,
        leg_id,
        to=reveal(tx, number),
        from_=caller,
        ring_timeout_s=config.ring_timeout_s,
        time_limit_s=limit_s(tx, row, campaign, config, number),
        machine_detection=config.machine_detection if row.agent_id is None else "",  # the agent hears it
    )
    spend(tx, row, config, campaign.id, number)
    return claim_leg(tx, row, order)


def _wait_until(tx: Tx, place_id: str, earliest: datetime | None) -> None:
    """Who waits again because of what time heals is looked at when it is healed, not before."""
    if earliest is not None:
        waits = (campaign_contact.c.status == "waiting") & (campaign_contact.c.next_try_at < earliest)
        tx.update(campaign_contact, (campaign_contact.c.id == place_id) & waits, next_try_at=earliest)

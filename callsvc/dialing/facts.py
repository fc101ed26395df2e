"""The ledger's part of what ``may_contact`` asks: claims, live calls, today's budget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, leg, live_call
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import base_facts, numbers_of, people, suppression_pairs
from callsvc.campaigns.rules import DAY, Facts
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound

# A claim counts against every cap unless it is proven that nothing was placed.
_COUNTED = ("planned", "claimed", "placed", "in-doubt")


@dataclass(frozen=True)
class Ledger:
    claims: dict[str, list[datetime]]
    live: frozenset[str]
    calls_today: int


def ledger_of(
    tx: Tx, number_ids: Sequence[str], campaign_id: str, *, budgeted: bool, but: str = ""
) -> Ledger:
    """Claims of the last 24 h and live calls of these numbers; ``but`` leaves out the leg being decided."""
    mine = leg.c.number_id.in_(number_ids) & (leg.c.role == "contact") & (leg.c.id != but)
    out = mine & leg.c.placement.in_(_COUNTED)
    claims: dict[str, list[datetime]] = {}
    # A plan may have waited long for its claim, so it is the claim that must be a day old.
    counted_at = sa.func.coalesce(leg.c.claimed_at, leg.c.planned_at)
    for row in tx.all(
        sa.select(leg.c.number_id, leg.c.claimed_at, leg.c.planned_at).where(out, counted_at > tx.now - DAY)
    ):
        claims.setdefault(row.number_id, []).append(row.claimed_at or row.planned_at)
    live = tx.all(
        sa.select(live_call.c.number_id).where(
            live_call.c.number_id.in_(number_ids), live_call.c.attempt_id != but
        )
    )
    planned = tx.all(sa.select(leg.c.number_id).where(mine, leg.c.placement == "planned"))
    busy = frozenset(row.number_id for row in (*live, *planned))
    return Ledger(claims, busy, _calls_today(tx, campaign_id) if budgeted else 0)


def _calls_today(tx: Tx, campaign_id: str) -> int:
    return int(
        tx.scalar(
            sa.select(sa.func.count())
            .select_from(leg)
            .join(call, call.c.id == leg.c.call_id)
            .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
            .where(
                campaign_contact.c.campaign_id == campaign_id,
                leg.c.role == "contact",
                leg.c.placement.in_(_COUNTED),
                leg.c.planned_at > tx.now - DAY,
            )
        )
    )


def with_ledger(facts: Facts, ledger: Ledger, number_id: str) -> Facts:
    return replace(
        facts,
        claims=ledger.claims.get(number_id, ()),
        number_is_live=number_id in ledger.live,
        calls_today=ledger.calls_today,
    )


@dataclass(frozen=True)
class Candidate:
    """One number of one person, and all that decides whether it may be called."""

    number_id: str
    facts: Facts


def candidates(
    tx: Tx, config: CampaignFile, state: str, contact_ids: Sequence[str]
) -> dict[str, list[Candidate]]:
    """For each person their numbers, preferred first, with complete facts."""
    numbers = numbers_of(tx, contact_ids)
    known = people(tx, contact_ids)
    ids = [number.id for rows in numbers.values() for number in rows]
    suppressed = suppression_pairs(tx, ids)
    ledger = ledger_of(tx, ids, config.id, budgeted=config.most_calls_a_day > 0)

    def one(person: Row[Any], number: Row[Any]) -> Candidate:
        base = base_facts(
            tx.settings,
            config=config,
            state=state,
            person=person,
            number=number,
            suppressions=suppressed.get(number.id, ()),
        )
        return Candidate(number.id, with_ledger(base, ledger, number.id))

    return {
        contact_id: [one(known[contact_id], number) for number in numbers.get(contact_id, ())]
        for contact_id in contact_ids
        if contact_id in known
    }


def facts_of_leg(tx: Tx, row: Row[Any], config: CampaignFile, state: str) -> Facts:
    """What ``may_contact`` asks about the person of one attempt, without its own claim."""
    ledger = ledger_of(tx, [row.number_id], config.id, budgeted=config.most_calls_a_day > 0, but=row.id)
    return with_ledger(person_of_leg(tx, row, config, state), ledger, row.number_id)


_CONTACT_OF_CALL = sa.select(call.c.contact_id).where(call.c.id == sa.bindparam("call_id"))
_NUMBER = sa.select(phone_number).where(phone_number.c.id == sa.bindparam("number_id"))


def person_of_leg(tx: Tx, row: Row[Any], config: CampaignFile, state: str) -> Facts:
    """The same without the ledger: all that the answer webhook needs, which is asked at every answer."""
    contact_id = tx.scalar(_CONTACT_OF_CALL, call_id=row.call_id)
    number = tx.first(_NUMBER, number_id=row.number_id)
    if number is None:
        raise NotFound("number-unknown", "No number of ours has this id.")
    return base_facts(
        tx.settings,
        config=config,
        state=state,
        person=people(tx, [contact_id])[contact_id],
        number=number,
        suppressions=suppression_pairs(tx, [number.id]).get(number.id, ()),
    )

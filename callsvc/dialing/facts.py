"""The ledger's part of what ``may_contact`` asks: claims, live calls, what the day has cost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, leg, live_call
from callsvc.campaigns.budgets import spending_of
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import flags_of
from callsvc.campaigns.facts import base_facts, numbers_of, people, suppression_pairs
from callsvc.campaigns.presets import LAWS
from callsvc.campaigns.rules import DAY, Facts, PastCall
from callsvc.campaigns.spending import Spending
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.dialing.budgets import next_cost
from callsvc.dialing.turns import PROMISED
from callsvc.dialing.wishes import slots_of, wished_of, with_wishes

# A claim counts against every cap unless it is proven that nothing was placed.
COUNTED = ("planned", "claimed", "placed", "in-doubt")


@dataclass(frozen=True)
class Ledger:
    """What numbers have been through, by number, and what the campaign has spent today."""

    calls: dict[str, list[PastCall]] = field(default_factory=dict)
    live: frozenset[str] = frozenset()
    spending: Spending = field(default_factory=Spending)


def memory_of(config: CampaignFile) -> timedelta:
    """How far back any rule of this campaign looks at a number's calls."""
    law = LAWS[config.preset]
    lock = timedelta(minutes=config.retries.redial_lock_minutes)
    spans = [DAY + lock, 2 * DAY, law.most_calls_days * DAY, law.refusal_days * DAY]
    spans += [7 * DAY] * bool(config.caps.per_number_7d) + [30 * DAY] * bool(config.caps.per_number_30d)
    return max(spans)


def ledger_of(
    tx: Tx, number_ids: Sequence[str], config: CampaignFile, campaign_id: str, but: str = ""
) -> Ledger:
    """What the rules look back at; ``but`` leaves out the leg being decided."""
    if not number_ids:
        return Ledger(spending=spending_of(tx, config, campaign_id))
    mine = leg.c.number_id.in_(number_ids) & (leg.c.role == "contact") & (leg.c.id != but)
    # A plan may have waited long for its claim, so it is the claim whose age counts.
    claimed_at = sa.func.coalesce(leg.c.claimed_at, leg.c.planned_at)
    rows = tx.all(
        sa.select(
            leg.c.number_id,
            leg.c.placement,
            leg.c.claimed_at,
            leg.c.planned_at,
            leg.c.ended_at,
            leg.c.disposition,
        ).where(mine, leg.c.placement.in_(COUNTED), claimed_at > tx.now - memory_of(config))
    )
    calls: dict[str, list[PastCall]] = {}
    for row in rows:
        calls.setdefault(row.number_id, []).append(_past(row))
    live = tx.all(
        sa.select(live_call.c.number_id).where(
            live_call.c.number_id.in_(number_ids), live_call.c.attempt_id != but
        )
    )
    planned = [row for row in rows if row.placement == "planned"]
    return Ledger(
        calls, frozenset(row.number_id for row in (*live, *planned)), spending_of(tx, config, campaign_id)
    )


def _past(row: Row[Any]) -> PastCall:
    flags = flags_of(row.disposition) if row.disposition else None
    return PastCall(
        claimed_at=row.claimed_at or row.planned_at,
        ended_at=row.ended_at,
        refused=bool(flags and flags.refused),
        rests=bool(flags and flags.rests),
    )


def with_ledger(
    facts: Facts, ledger: Ledger, number_id: str, config: CampaignFile, settings_tariffs: str
) -> Facts:
    """The facts of one number, complete. Of a campaign by SMS the spending is asked when it is sent."""
    seconds, micro_euros = next_cost(config, settings_tariffs, facts.country, facts.number_kind)
    spending = replace(ledger.spending, next_seconds=seconds, next_micro_euros=micro_euros)
    return replace(
        facts,
        calls=ledger.calls.get(number_id, ()),
        number_is_live=number_id in ledger.live,
        spending=spending if config.channel == "voice" else Spending(),
    )


@dataclass(frozen=True)
class Candidate:
    """One number of one person, and all that decides whether it may be called."""

    number_id: str
    facts: Facts


def candidates(
    tx: Tx,
    config: CampaignFile,
    state: str,
    contact_ids: Sequence[str],
    *,
    campaign_id: str = "",
    promised: Collection[str] = (),
) -> dict[str, list[Candidate]]:
    """For each person their numbers, preferred first, with complete facts.

    campaign_id: when it is not the file's id (a trial). promised: whom a call was promised for now.
    """
    numbers = numbers_of(tx, contact_ids)
    known = people(tx, contact_ids)
    ids = [number.id for rows in numbers.values() for number in rows]
    suppressed = suppression_pairs(tx, ids)
    ledger = ledger_of(tx, ids, config, campaign_id or config.id)
    wished, slots = wished_of(tx, ids), slots_of(tx, config, campaign_id or config.id, contact_ids)

    def one(person: Row[Any], number: Row[Any]) -> Candidate:
        base = base_facts(
            tx.settings,
            config=config,
            state=state,
            person=person,
            number=number,
            suppressions=suppressed.get(number.id, ()),
        )
        facts = with_ledger(base, ledger, number.id, config, tx.settings.callsvc_tariffs)
        facts = with_wishes(facts, person.id, wished=wished.get(number.id, ()), slots=slots)
        return Candidate(number.id, replace(facts, promised=person.id in promised))

    return {
        contact_id: [one(known[contact_id], number) for number in numbers.get(contact_id, ())]
        for contact_id in contact_ids
        if contact_id in known
    }


def facts_of_leg(tx: Tx, row: Row[Any], config: CampaignFile, state: str, campaign_id: str) -> Facts:
    """What ``may_contact`` asks about the person of one attempt, without its own claim."""
    ledger = ledger_of(tx, [row.number_id], config, campaign_id, but=row.id)
    base = person_of_leg(tx, row, config, state)
    facts = with_ledger(base, ledger, row.number_id, config, tx.settings.callsvc_tariffs)
    contact_id = tx.scalar(_CONTACT_OF_CALL, call_id=row.call_id)
    wished = wished_of(tx, [row.number_id]).get(row.number_id, ())
    slots = slots_of(tx, config, campaign_id, [contact_id])
    facts = with_wishes(facts, contact_id, wished=wished, slots=slots)
    return replace(facts, promised=_is_promise(tx, row.call_id))


def _is_promise(tx: Tx, call_id: str) -> bool:
    priority = tx.scalar(
        sa.select(campaign_contact.c.priority)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(call.c.id == call_id)
    )
    return priority is not None and priority >= PROMISED


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

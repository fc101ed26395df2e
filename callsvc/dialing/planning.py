"""Whom to call now? The ledger of the pace says how many, ``may_contact`` whom; the intents are written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.placing import open_call, plan_leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import NOT_REACHED, UNCALLABLE
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.reasons import outcome_of
from callsvc.campaigns.retrying import turn_of
from callsvc.campaigns.rules import Channel, Verdict, may_contact
from callsvc.campaigns.service import complete_finished, finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import promised_campaigns, promised_numbers
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.fallback import texts_instead
from callsvc.dialing.finishing import tries_of
from callsvc.dialing.ordering import people_in_turn
from callsvc.dialing.pacing import give_back, reserve, under_way_in
from callsvc.dialing.turns import PROMISED
from callsvc.runtime import Runtime

_BATCH = 10  # attempts to one job: placed one after the other by one worker
_AT_ONCE = 40  # people looked at in one transaction, so that it stays short
_LOOKED_AT = 80  # so many looks in one transaction, when many may not be called now
_ASK_AGAIN = timedelta(minutes=15)


def plan_calls(rt: Runtime) -> int:
    """Plan what is due in every running campaign; returns how many calls were planned."""
    with rt.db.read() as tx:
        anything = tx.first(sa.select(campaign.c.id).where(campaign.c.state == "running").limit(1))
    if anything is None:
        return 0
    with rt.db.begin() as tx:
        shares = {} if stop_in_force(tx) is not None else reserve(tx)
    planned = 0
    for campaign_id, calls in shares.items():
        with rt.db.begin() as tx:
            planned += _plan_campaign(tx, campaign_id, calls)
    if not planned:
        with rt.db.begin() as tx:
            complete_finished(tx, but=promised_campaigns())
    return planned


def _plan_campaign(tx: Tx, campaign_id: str, reserved: int) -> int:
    """Plan up to so many calls; what finds nobody to call goes back to the ledger."""
    row = tx.first(sa.select(campaign).where(campaign.c.id == campaign_id).with_for_update(key_share=True))
    if row is None:
        return 0
    config = config_of(row)
    room = min(reserved, config.pacing.most_live - under_way_in(tx, campaign_id))
    planned: list[str] = []
    looked, wanted = 0, room
    while row.state == "running" and len(planned) < room and looked < _LOOKED_AT:
        people = people_in_turn(tx, config, campaign_id, min(wanted, _AT_ONCE))
        if not people:
            break
        looked += len(people)
        planned += _plan_people(tx, config, campaign_id, people, room - len(planned))
        wanted = max(room - len(planned), _LOOKED_AT // 4)  # some may not be called now: look further
    give_back(tx, config, campaign_id, reserved - len(planned))
    for start in range(0, len(planned), _BATCH):
        tx.enqueue("place_calls", *planned[start : start + _BATCH])
    return len(planned)


def _plan_people(
    tx: Tx, config: CampaignFile, campaign_id: str, due: Sequence[Row[Any]], most: int
) -> list[str]:
    """Plan ``most`` of these people, in their order, and pass over who may not be called."""
    promised = {row.contact_id for row in due if row.priority >= PROMISED}
    ids = [row.contact_id for row in due]
    found = candidates(tx, config, "running", ids, campaign_id=campaign_id, promised=promised)
    agreed = promised_numbers(tx, [row.id for row in due if row.priority >= PROMISED])
    planned: list[str] = []
    taken: set[str] = set()  # two people of one household may be due in the same tick
    for row in due:
        if len(planned) == most:
            break
        numbers = found.get(row.contact_id, [])
        if texts_instead(tx, row, config, [one.number_id for one in numbers]):
            continue
        turn = turn_of(config.retries, tries_of(row))
        choice, verdict = choose_number(numbers, turn, taken, tx.now, first=agreed.get(row.id, ""))
        if choice is None:
            skip_person(tx, row, verdict)
        else:
            taken.add(choice.number_id)
            planned.append(_plan_attempt(tx, row, choice.number_id))
    return planned


def choose_number(
    numbers: list[Candidate],
    turn: int,
    taken: set[str],
    now: datetime,
    channel: Channel = "voice",
    *,
    first: str = "",
) -> tuple[Candidate | None, Verdict]:
    """The number whose turn it is, else the next that may be called; or the verdict that heals first.

    ``first``: the id of one that comes before it, such as that on which the person asked for this call.
    """
    if not numbers:
        return None, Verdict(("no-number",), None)
    begin = turn % len(numbers)
    verdicts = []
    in_turn = numbers[begin:] + numbers[:begin]
    for candidate in sorted(in_turn, key=lambda one: one.number_id != first):
        verdict = may_contact(candidate.facts, channel, now)
        if verdict.yes and candidate.number_id in taken:
            verdict = Verdict(("number-busy",), now + timedelta(minutes=2))
        if verdict.yes:
            return candidate, verdict
        verdicts.append(verdict)
    healing = [verdict for verdict in verdicts if not verdict.final]
    return None, min(healing or verdicts, key=lambda verdict: verdict.earliest or now + timedelta(days=365))


def skip_person(tx: Tx, row: Row[Any], verdict: Verdict) -> None:
    """Not now, or never: the next look, or the outcome."""
    if verdict.final:
        ends = {"tried": row.tries > 0, "uncallable": UNCALLABLE, "not_reached": NOT_REACHED}
        finish_contact(tx, row.id, outcome_of(verdict.reasons, **ends))
        return
    tx.update(
        campaign_contact,
        campaign_contact.c.id == row.id,
        skip_reasons=" ".join(verdict.reasons)[:200],
        next_try_at=verdict.earliest or tx.now + _ASK_AGAIN,
    )


def _plan_attempt(tx: Tx, row: Row[Any], number_id: str) -> str:
    at = {"region_code": row.region_code, "platform_code": row.platform_code}
    whose = {"campaign_contact_id": row.id, "contact_id": row.contact_id}
    call_id = open_call(tx, direction="outbound", **at, **whose)
    tx.update(campaign_contact, campaign_contact.c.id == row.id, status="trying", skip_reasons="")
    return plan_leg(tx, call_id=call_id, role="contact", number_id=number_id, agent_id=None)

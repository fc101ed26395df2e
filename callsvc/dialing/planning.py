"""Whom to call now? One transaction reads, ``rules.pace`` decides, the intents are written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.placing import plan_leg
from callsvc.calls.tables import call, leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import NOT_REACHED, UNCALLABLE
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.reasons import outcome_of
from callsvc.campaigns.retrying import turn_of
from callsvc.campaigns.rules import Channel, Verdict, may_contact
from callsvc.campaigns.service import complete_finished, finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import promised_campaigns
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.finishing import tries_of
from callsvc.dialing.ordering import people_in_turn
from callsvc.dialing.rules import PACE_WINDOW, Load, pace
from callsvc.dialing.turns import PROMISED
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime

_BATCH = 10  # attempts to one job: placed one after the other by one worker
_AT_ONCE = 40  # people looked at in one transaction, so that it stays short
_UNDER_WAY = ("planned", "claimed", "placed", "in-doubt")
_ASK_AGAIN = timedelta(minutes=15)


def plan_calls(rt: Runtime) -> int:
    """Plan what is due in every running campaign; returns how many calls were planned."""
    with rt.db.read() as tx:
        ids = [row.id for row in tx.all(sa.select(campaign.c.id).where(campaign.c.state == "running"))]
    planned = 0
    rt.random.shuffle(ids)  # they share the carrier's limit: none may always come first
    for campaign_id in ids:
        with rt.db.begin() as tx:
            planned += _plan_campaign(tx, campaign_id)
    if ids and not planned:
        with rt.db.begin() as tx:
            complete_finished(tx, but=promised_campaigns())
    return planned


def _plan_campaign(tx: Tx, campaign_id: str) -> int:
    row = tx.first(sa.select(campaign).where(campaign.c.id == campaign_id).with_for_update(key_share=True))
    if row is None or row.state != "running":
        return 0
    config = config_of(row)
    if config.channel != "voice":
        return 0  # callsvc/webhooks/texting.py
    room = min(pace(config.pacing, _load(tx, campaign_id)), _room_of_all(tx), _AT_ONCE)
    if room <= 0:
        return 0
    planned = _plan_people(tx, config, campaign_id, people_in_turn(tx, config, campaign_id, room))
    for start in range(0, len(planned), _BATCH):
        tx.enqueue("place_calls", *planned[start : start + _BATCH])
    return len(planned)


def _load(tx: Tx, campaign_id: str) -> Load:
    legs = (
        sa.select(sa.func.count())
        .select_from(leg)
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .where(campaign_contact.c.campaign_id == campaign_id, leg.c.role == "contact")
    )
    waiting = sa.select(sa.func.count()).select_from(queue_entry).where(queue_entry.c.state == "pending")
    return Load(
        planned_recently=int(tx.scalar(legs.where(leg.c.planned_at > tx.now - PACE_WINDOW))),
        live=int(tx.scalar(legs.where(leg.c.ended_at.is_(None), leg.c.placement.in_(_UNDER_WAY)))),
        waiting_for_agents=int(tx.scalar(waiting)),
    )


def _room_of_all(tx: Tx) -> int:
    """The carrier's own limit, shared by all campaigns: set-ups in the last window."""
    recent = tx.scalar(
        sa.select(sa.func.count())
        .select_from(leg)
        .where(leg.c.planned_at > tx.now - PACE_WINDOW, leg.c.placement != "received")
    )
    allowed = max(1, int(tx.settings.callsvc_calls_per_second * PACE_WINDOW.total_seconds()))
    return allowed - int(recent)


def _plan_people(tx: Tx, config: CampaignFile, campaign_id: str, due: Sequence[Row[Any]]) -> list[str]:
    promised = {row.contact_id for row in due if row.priority >= PROMISED}
    ids = [row.contact_id for row in due]
    found = candidates(tx, config, "running", ids, campaign_id=campaign_id, promised=promised)
    planned: list[str] = []
    taken: set[str] = set()  # two people of one household may be due in the same tick
    for row in due:
        turn = turn_of(config.retries, tries_of(row))
        choice, verdict = choose_number(found.get(row.contact_id, []), turn, taken, tx.now)
        if choice is None:
            skip_person(tx, row, verdict)
        else:
            taken.add(choice.number_id)
            planned.append(_plan_attempt(tx, row, choice.number_id))
    return planned


def choose_number(
    numbers: list[Candidate], turn: int, taken: set[str], now: datetime, channel: Channel = "voice"
) -> tuple[Candidate | None, Verdict]:
    """The number whose turn it is, else the next that may be called; or the verdict that heals first."""
    if not numbers:
        return None, Verdict(("no-number",), None)
    first = turn % len(numbers)
    verdicts = []
    for candidate in numbers[first:] + numbers[:first]:
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
    call_id = tx.new_id("cal")
    tx.insert(
        call,
        id=call_id,
        direction="outbound",
        region_code=row.region_code,
        platform_code=row.platform_code,
        campaign_contact_id=row.id,
        contact_id=row.contact_id,
        started_at=tx.now,
    )
    tx.update(campaign_contact, campaign_contact.c.id == row.id, status="trying", skip_reasons="")
    return plan_leg(tx, call_id=call_id, role="contact", number_id=number_id, agent_id=None)

"""May this message be sent now? ``may_contact`` for a campaign's; the same, without one, for the others."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.calendar import PRESETS, Hours, zone
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import base_facts, campaign_row, config_of, people, suppression_pairs
from callsvc.campaigns.rules import DIALLABLE_KINDS, Verdict, hours_of, is_suppressed, may_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.messages.budgets import cost_of_message, text_spending
from callsvc.messages.conversing import by_agent
from callsvc.messages.service import STOP_CONFIRMED
from callsvc.messages.tables import message

PARIS = ZoneInfo("Europe/Paris")

_TOO_LATE = timedelta(hours=12)  # since it might have been sent: longer than that and it is stale
_AWAKE = timedelta(minutes=15)  # lived: who wrote to us so lately waits for the answer, whatever the hour
_AWAITED = timedelta(hours=2)  # lived: the same for the answer of a person, who may have been busy
_HOURS = "outside-window"
_OVERLOOKED = frozenset({_HOURS, "budget-spent", "budget-in-hand"})  # for whoever waits for an answer


def may_send(tx: Tx, row: Row[Any], number: Row[Any]) -> Verdict:
    """The verdict on one planned message, under its number's lock.

    An answer to somebody who has just written to us does not wait for the morning; suppression always wins,
    but for the one message that confirms it.
    """
    suppressions = suppression_pairs(tx, [number.id]).get(number.id, [])
    if str(row.cause).startswith(STOP_CONFIRMED):
        suppressions = [(scope, purpose) for scope, purpose in suppressions if scope != "sms"]
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == row.campaign_contact_id))
    verdict = (
        _without_campaign(tx, row, number, suppressions)
        if place is None
        else _in_campaign(tx, row, number, suppressions, place)
    )
    awake = _AWAITED if by_agent(row.cause) else _AWAKE
    if verdict.reasons and set(verdict.reasons) <= _OVERLOOKED and _wrote_lately(tx, number.id, awake):
        return Verdict((), tx.now)
    return verdict


def for_sms(config: CampaignFile) -> CampaignFile:
    """A campaign as it is for SMS: with its own hours for them, if it has some."""
    return config.model_copy(update={"windows": config.sms.windows}) if config.sms.windows else config


def _without_campaign(
    tx: Tx, row: Row[Any], number: Row[Any], suppressions: list[tuple[str, str]]
) -> Verdict:
    if is_suppressed(suppressions, row.purpose, "sms"):
        return Verdict(("suppressed",), None)
    if number.kind not in DIALLABLE_KINDS - {"fixed"}:
        return Verdict(("number-kind-not-allowed",), None)
    hours = Hours(zone(number.zone) or PARIS, "", PRESETS["none"], PRESETS["public-health"], True)
    if hours.open_at(tx.now):
        return Verdict((), tx.now)
    return Verdict((_HOURS,), hours.next_opening(tx.now))


def _in_campaign(
    tx: Tx, row: Row[Any], number: Row[Any], suppressions: list[tuple[str, str]], place: Row[Any]
) -> Verdict:
    config = for_sms(config_of(campaign_row(tx, place.campaign_id)))
    # What a call has promised is sent even if the campaign was paused or stopped since.
    facts = base_facts(
        tx.settings,
        config=config,
        state="running",
        person=people(tx, [place.contact_id])[place.contact_id],
        number=number,
        suppressions=suppressions,
    )
    cost = cost_of_message(tx, config, row, number.country) if config.budget.euros_a_day else 0
    facts = replace(facts, spending=text_spending(tx, config, place.campaign_id, cost))
    verdict = may_contact(facts, "sms", tx.now)
    hours = hours_of(facts)
    could_go = (hours.next_opening(row.planned_at) if hours is not None else None) or row.planned_at
    if tx.now - could_go > _TOO_LATE:
        return Verdict((*verdict.reasons, "too-late"), None)
    return verdict


def _wrote_lately(tx: Tx, number_id: str, within: timedelta) -> bool:
    lately = sa.select(message.c.id).where(
        message.c.number_id == number_id,
        message.c.direction == "inbound",
        message.c.planned_at > tx.now - within,
    )
    return tx.first(lately.limit(1)) is not None

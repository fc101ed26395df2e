"""Why has this person not been called yet? The same question that decides every call, asked aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.reasons import FINAL_REASONS
from callsvc.campaigns.retrying import turn_of
from callsvc.campaigns.rules import may_contact
from callsvc.campaigns.sentences import sentence_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.finishing import tries_of
from callsvc.dialing.planning import choose_number
from callsvc.dialing.turns import PROMISED, Waiting, why_of
from callsvc.messages.allowing import for_sms


@dataclass(frozen=True)
class NumberVerdict:
    """One number of the person: ``reasons`` empty means that it may be called now."""

    number_id: str
    reasons: tuple[str, ...]
    earliest: datetime | None


@dataclass(frozen=True)
class WhyNot:
    """Where a person stands in a campaign, and what each of their numbers answers now.

    sentence: all of it in one, in the reader's language. before: what puts them before others, ``turns.Why``.
    chosen_for: the same of their last try.
    """

    status: str
    tries: int
    next_try_at: datetime
    noted: str  # what the planner noted when it last passed over them
    numbers: tuple[NumberVerdict, ...]
    sentence: str
    before: str
    chosen_for: str


def why_not_called(tx: Tx, principal: Principal, campaign_id: str, place_id: str) -> WhyNot:
    """Raises ``NotFound`` (campaign-unknown, campaign-contact-unknown)."""
    campaign = campaign_row(tx, campaign_id)
    place = tx.first(
        sa.select(campaign_contact).where(
            campaign_contact.c.id == place_id,
            campaign_contact.c.campaign_id == campaign_id,
            scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code),
        )
    )
    if place is None:
        raise NotFound("campaign-contact-unknown", "This campaign has nobody under this id in your regions.")
    config = config_of(campaign)
    config = for_sms(config) if config.channel == "sms" else config
    promised = {place.contact_id} if place.priority >= PROMISED else set()
    found = candidates(
        tx, config, campaign.state, [place.contact_id], campaign_id=campaign_id, promised=promised
    ).get(place.contact_id, [])
    verdicts = [(one.number_id, may_contact(one.facts, config.channel, tx.now)) for one in found]
    return WhyNot(
        status=place.status,
        tries=place.tries,
        next_try_at=place.next_try_at,
        noted=place.skip_reasons,
        numbers=tuple(NumberVerdict(id, verdict.reasons, verdict.earliest) for id, verdict in verdicts),
        sentence=_sentence(config, place, found, tx.now),
        before=why_of(_waiting(place), tx.now),
        chosen_for=place.chosen_for,
    )


def _waiting(place: Row[Any]) -> Waiting:
    return Waiting(
        place.id,
        place.region_code,
        place.priority,
        place.elicited_on,
        place.next_try_at,
        place.call_by,
    )


def _sentence(config: CampaignFile, place: Row[Any], numbers: Sequence[Candidate], now: datetime) -> str:
    """Empty for who is being called or has an outcome: there is nothing to explain."""
    zone = numbers[0].facts.places[0].zone if numbers and numbers[0].facts.places else ""
    say = partial(sentence_of, zone=zone, channel=config.channel)
    if place.status == "held":
        return say(("on-the-line",), None)
    if place.status != "waiting":
        return ""
    turn = turn_of(config.retries, tries_of(place)) if config.channel == "voice" else place.tries
    at = max(now, place.next_try_at)
    choice, verdict = choose_number(list(numbers), turn, set(), at, config.channel)
    if at > now and not verdict.final:  # what put them off until then, and whatever holds when that is over
        reasons = dict.fromkeys((*_put_off_by(place), *verdict.reasons))
        return say(tuple(reasons), at if choice else verdict.earliest)
    if choice is not None:
        return say(("waiting-their-turn",), None)
    return say(verdict.reasons, verdict.earliest)


def _put_off_by(place: Row[Any]) -> tuple[str, ...]:
    """What was noted when they were last passed over; without a note it is the delay after a try."""
    noted = tuple(one for one in place.skip_reasons.split() if one not in FINAL_REASONS)
    return noted or ("retry-later",)
